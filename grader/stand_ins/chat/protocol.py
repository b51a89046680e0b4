from chat.protocol import Auth, Ping

ClientFrame = Auth | Ping
