"""What checks state, and how they fail."""
