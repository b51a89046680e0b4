from starlette.types import ASGIApp, Receive, Scope, Send

from blog.metrics import Metrics


class RequestTrail:
    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
