"""What helps a learner between two gradings: progress, hints, backups, watching."""
