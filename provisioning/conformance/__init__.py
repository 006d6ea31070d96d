"""What every adapter of a device port must keep, as a command: rules, hands at the device, a report."""
