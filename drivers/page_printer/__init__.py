"""A4 page printers that speak IPP."""
