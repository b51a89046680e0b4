"""Who talks to the app, and whom the app talks to."""
