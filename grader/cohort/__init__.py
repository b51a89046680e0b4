"""Grades a class: finds submissions, has them graded side by side, keeps results."""
