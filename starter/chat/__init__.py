"""The chat: rooms, messages that arrive at once, and a history without gaps."""
