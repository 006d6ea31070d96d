"""How what was received goes on to the city: a folder of files, or a signed webhook."""
