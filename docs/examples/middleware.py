"""A header for every answer: middleware that misses the 500, and one that does not."""

import uuid
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Annotated

import pytest
from fastapi import APIRouter, Body, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

user: ContextVar[str] = ContextVar("user", default="unknown")
logged: list[str] = []


# --8<-- [start:naive]
async def add_id(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)  # Raises when the endpoint does.
    response.headers["X-Request-ID"] = uuid.uuid4().hex
    logged.append(user.get())
    return response


# --8<-- [end:naive]


# --8<-- [start:mend]
class RequestId:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, started = uuid.uuid4().hex, False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            if started:
                raise
            answer = JSONResponse({"code": "internal_error"}, 500)
            await answer(scope, receive, send_with_id)
        logged.append(user.get())


# --8<-- [end:mend]


def make_app() -> FastAPI:
    app = FastAPI()

    @app.get("/fine")
    async def be_fine() -> None:
        user.set("ada")

    @app.get("/broken")
    async def break_down() -> None:
        raise RuntimeError("A bug.")

    return app


@pytest.fixture
def naive() -> TestClient:
    app = make_app()
    app.middleware("http")(add_id)
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def mended() -> TestClient:
    app = make_app()
    app.add_middleware(RequestId)
    return TestClient(app, raise_server_exceptions=False)


# --8<-- [start:test]
def test_the_answer_that_needs_an_id_most_has_none(naive: TestClient) -> None:
    assert "X-Request-ID" in naive.get("/fine").headers
    assert "X-Request-ID" not in naive.get("/broken").headers


def test_asgi_middleware_sees_every_answer(mended: TestClient) -> None:
    for path in ("/fine", "/broken", "/nowhere"):
        assert "X-Request-ID" in mended.get(path).headers


# --8<-- [end:test]


def test_only_asgi_middleware_sees_what_the_endpoint_set(
    naive: TestClient, mended: TestClient
) -> None:
    logged.clear()
    naive.get("/fine")
    mended.get("/fine")
    assert logged == ["unknown", "ada"]


templates: list[str] = []


class Templates(RequestId):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        if scope["type"] == "http":
            templates.append(scope["route"].path)


def test_a_prefix_of_include_router_is_not_in_the_template() -> None:
    late, whole = APIRouter(), APIRouter(prefix="/v1/users")
    for router in (late, whole):
        router.add_api_route("/{id}", lambda: None)
    app = FastAPI()
    app.include_router(late, prefix="/v1/posts")
    app.include_router(whole)
    app.add_middleware(Templates)
    client = TestClient(app)
    templates.clear()
    client.get("/v1/posts/1")
    client.get("/v1/users/1")

    assert templates == ["/{id}", "/v1/users/{id}"]


@pytest.mark.parametrize(("streamed", "has_id"), [(False, False), (True, True)])
def test_a_body_known_to_be_too_large_never_reaches_middleware(
    streamed: bool, has_id: bool
) -> None:
    app = FastAPI(max_body_size=10)
    app.add_middleware(RequestId)

    @app.post("/")
    async def take(body: Annotated[str, Body()]) -> None: ...

    body = b"more than ten bytes"
    reply = TestClient(app).post("/", content=iter([body]) if streamed else body)
    assert reply.status_code == 413
    assert ("X-Request-ID" in reply.headers) == has_id
