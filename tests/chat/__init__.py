"""The hidden suite of the chat."""
