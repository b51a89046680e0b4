"""The one WebSocket route: accept, talk, and end with the right code."""

import logging

from fastapi import APIRouter, WebSocket

from chat.connection import Connection
from chat.conversation import Conversation
from chat.errors import INTERNAL_ERROR, Closed

router = APIRouter(prefix="/v1")
log = logging.getLogger(__name__)


# No session in the signature: it would hold a connection as long as the tab is open.
@router.websocket("/ws")
async def talk(websocket: WebSocket) -> None:
    # Accept first: a close code only reaches a client that was accepted.
    await websocket.accept()
    state = websocket.app.state
    connection = Connection(websocket, 2 * state.settings.heartbeat_s)
    code: int | None = INTERNAL_ERROR
    with state.open_sockets.track_inprogress():
        try:
            await Conversation(connection, state).run()
        except Closed as closed:
            code = closed.code
        except Exception:
            log.exception("conversation_failed")
        finally:
            # Out of the hub before the goodbye, which may take its time.
            await state.hub.drop(connection)
            await connection.close(code)
