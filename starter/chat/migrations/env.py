"""Runs migrations on the connection that a test hands in, else on DATABASE_URL."""

from chat.models import Message
from given import migrate

target_metadata = Message.metadata

migrate.run(target_metadata)
