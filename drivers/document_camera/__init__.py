"""Document cameras, which look at the desk of a terminal from above."""
