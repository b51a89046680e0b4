"""The app under test: its databases, people, processes and what they print."""
