"""Tests of the chat, which see it as any client does."""
