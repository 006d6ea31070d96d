"""What a technician does at a terminal, from a console."""
