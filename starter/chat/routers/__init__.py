"""Thin routes, one file per resource."""
