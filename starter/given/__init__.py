"""Given code of the shop, the queue and the chat: what the blog teaches, finished."""
