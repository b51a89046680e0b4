ClientFrame = Auth | Ping
