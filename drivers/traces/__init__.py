"""What was said between drivers and devices, as files without anybody's data: recorded, and played back as a device."""
