"""Thin routes: HTTP in, a service called, a schema out."""
