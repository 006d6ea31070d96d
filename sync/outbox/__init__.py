"""The terminal's encrypted store: what was handed in, how far it has come, and the journal of it."""
