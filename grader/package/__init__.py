"""Autograders to upload: a commit of the workbook as a zip, and what runs there."""
