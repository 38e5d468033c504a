"""What the care team measures and enters."""
