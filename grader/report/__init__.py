"""Renders results."""
