"""The platform's end: receives submissions, gives receipt numbers, hands on to the city."""
