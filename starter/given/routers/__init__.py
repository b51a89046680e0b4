# Generated from solutions/blog/routers/__init__.py by nox -s starter: edit that file.
# Digest of the lines below: ea81ba329f6ddee5
"""One file per resource; each router states its full path, /v1 included."""
