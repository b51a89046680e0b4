"""Real services for the apps under test: PostgreSQL and, when asked for, Valkey."""
