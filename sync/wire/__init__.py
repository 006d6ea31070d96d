"""What both ends of the wire agree on: signatures, the one-time code, the journal's chain."""
