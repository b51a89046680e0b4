"""Operations: what machines and people on call rely on."""

from collections.abc import Awaitable, Callable
from typing import Any

from httpx import AsyncClient
from sqlalchemy import Engine, text

Write = Callable[..., Awaitable[Any]]


async def test_every_error_is_a_problem_document(client: AsyncClient) -> None:
    expected = {
        ("GET", "/nowhere"): (404, "not_found"),
        ("GET", "/v1/posts/nowhere"): (404, "not_found"),
        ("PUT", "/v1/tags"): (405, "method_not_allowed"),
        ("GET", "/v1/me"): (401, "unauthorized"),
        ("POST", "/v1/auth/register"): (422, "validation_error"),
    }

    for (method, path), (status, code) in expected.items():
        reply = await client.request(method, path, json={})
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert reply.status_code == reply.json()["status"] == status
        assert reply.json()["code"] == code


async def test_harmless_request_id_is_kept(client: AsyncClient) -> None:
    for sent, kept in {"abc-1.2_3": True, "no spaces": False, "x" * 65: False}.items():
        reply = await client.get("/nowhere", headers={"X-Request-ID": sent})
        assert reply.headers["X-Request-ID"]
        assert (reply.headers["X-Request-ID"] == sent) is kept


async def test_metrics_name_the_route_and_not_the_path(
    client: AsyncClient, write: Write
) -> None:
    slug = (await write(slug="in-the-path"))["slug"]
    await client.get(f"/v1/posts/{slug}")
    await client.get("/nowhere")

    metrics = (await client.get("/metrics")).text

    assert 'route="/v1/posts/{slug}"' in metrics
    assert "http_request_duration_seconds" in metrics
    assert slug not in metrics
    assert "nowhere" not in metrics


async def test_app_is_not_ready_on_an_old_schema(
    client: AsyncClient, db: Engine
) -> None:
    ready = await client.get("/readyz")
    with db.begin() as connection:
        head = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    behind = await client.get("/readyz")
    alive = await client.get("/healthz")

    with db.begin() as connection:
        restore = text("UPDATE alembic_version SET version_num = :head")
        connection.execute(restore, {"head": head})
    assert ready.status_code == alive.status_code == 200
    assert (behind.status_code, behind.json()["code"]) == (503, "not_ready")
