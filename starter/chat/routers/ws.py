"""The one WebSocket route: accept, talk, and end with the right code."""

import logging

from fastapi import APIRouter, WebSocket

from chat.connection import Connection
from chat.conversation import Conversation
from chat.errors import INTERNAL_ERROR, Closed

router = APIRouter(prefix="/v1")
log = logging.getLogger(__name__)


@router.websocket("/ws")
async def talk(websocket: WebSocket) -> None:
    # Accept first: a close code only reaches a client that was accepted.
    await websocket.accept()
    await websocket.close(4501, "Stage 2 is not written yet.")
