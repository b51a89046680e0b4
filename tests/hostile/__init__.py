"""Submissions that attack the grader, each in a copy of the repository."""
