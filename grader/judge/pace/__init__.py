"""Time as a ratio, in turns with the reference."""
