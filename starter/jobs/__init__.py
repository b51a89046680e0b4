"""A task queue: jobs in PostgreSQL, leased to workers, never lost."""
