"""Smart card readers."""
