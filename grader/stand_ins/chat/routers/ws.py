from fastapi import WebSocket


async def talk(websocket: WebSocket) -> None:
    # Accept first: a close code only reaches a client that was accepted.
    await websocket.accept()
    await websocket.close(4501, "Stage 2 is not written yet.")
