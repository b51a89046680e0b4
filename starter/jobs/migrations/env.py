"""Runs migrations on the connection that a test hands in, else on DATABASE_URL."""

from given import migrate
from jobs.models import Base

migrate.run(Base.metadata)
