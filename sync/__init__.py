"""Both ends of the wire to the central platform."""
