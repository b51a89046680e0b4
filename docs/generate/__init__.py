"""Writes the pages that follow from something else: nox -s docs -- write."""
