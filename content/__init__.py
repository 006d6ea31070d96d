"""Items, places and other facts as data. Nothing here is executed."""
