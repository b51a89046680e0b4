"""One file per resource; each router states its full path, /v1 included."""
