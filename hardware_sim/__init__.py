"""The other side of every wire: simulated devices that speak the protocols of the real ones."""
