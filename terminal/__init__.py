"""The process: start-up, wiring, the runner that executes effects, and a small supervisor of the processes."""
