"""One simulated device a module: a pure machine that keeps the physics, and the wire it is served on."""
