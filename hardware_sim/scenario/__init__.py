"""Scenarios: what a tester writes down as TOML, performed on a whole terminal with simulated devices."""
