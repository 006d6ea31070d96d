"""Readers of codes that people show on phones, papers and cards."""
