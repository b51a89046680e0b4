"""Runs a hidden suite: the pytest plugin, its fixtures, what a failure shows."""
