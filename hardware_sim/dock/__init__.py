"""The tester's dock: a whole terminal with its simulated devices on one page, for a tester's eyes and hands."""
