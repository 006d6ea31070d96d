"""The command line `kiosk-sim` by family: its words, what they ask for, and how the answer is shown."""
