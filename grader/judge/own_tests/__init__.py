"""Judges the tests that learners write."""
