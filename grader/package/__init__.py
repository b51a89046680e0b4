"""Autograders to upload: a zip with the workbook's commit, and what runs in it there."""
