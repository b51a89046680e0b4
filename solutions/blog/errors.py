"""Everything that can go wrong, and how it becomes a problem document (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException


class ApiError(Exception):
    """An answer other than success; raised anywhere, turned into HTTP here."""

    status = 500
    code = "internal_error"
    headers: ClassVar[Mapping[str, str]] = {}
    errors: ClassVar[Sequence[Mapping[str, str]]] = ()


class Unauthorized(ApiError):
    status, code = 401, "unauthorized"
    headers: ClassVar = {"WWW-Authenticate": "Bearer"}


class InvalidCredentials(Unauthorized):
    code = "invalid_credentials"


class Forbidden(ApiError):
    status, code = 403, "forbidden"


class NotFound(ApiError):
    status, code = 404, "not_found"


class EmailTaken(ApiError):
    status, code = 409, "email_taken"


class SlugTaken(ApiError):
    status, code = 409, "slug_taken"


class InvalidTransition(ApiError):
    status, code = 409, "invalid_transition"


class PreconditionFailed(ApiError):
    status, code = 412, "precondition_failed"


class PreconditionRequired(ApiError):
    status, code = 428, "precondition_required"


class InvalidCursor(ApiError):
    status, code = 422, "invalid_cursor"
    errors = ({"parameter": "cursor", "detail": "Not a cursor of this list."},)


class InvalidParent(ApiError):
    status, code = 422, "invalid_parent"
    errors = ({"pointer": "/parent_id", "detail": "No comment on this post."},)


class DatabaseBusy(ApiError):
    status, code = 503, "database_busy"
    headers: ClassVar = {"Retry-After": "1"}


class NotReady(ApiError):
    status, code = 503, "not_ready"


def problem(
    status: int,
    code: str,
    *,
    detail: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
    }
    if detail:
        content["detail"] = detail
    if errors:
        content["errors"] = list(errors)
    media_type = "application/problem+json"
    return JSONResponse(content, status, headers, media_type=media_type)


async def on_api_error(_: Request, error: ApiError) -> JSONResponse:
    return problem(
        error.status,
        error.code,
        detail=str(error),
        errors=error.errors,
        headers=error.headers,
    )


async def on_pool_timeout(request: Request, _: PoolTimeout) -> JSONResponse:
    # Every connection is in use: say so soon, and let the client come back.
    return await on_api_error(request, DatabaseBusy())


async def on_http_error(_: Request, error: HTTPException) -> JSONResponse:
    """The framework's own errors: no such route, method not allowed."""
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return problem(error.status_code, code, headers=error.headers)


async def on_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    # Name the field and the rule, but never echo the input: it may be a password.
    errors = [locate(item) | {"detail": item["msg"]} for item in error.errors()]
    return problem(422, "validation_error", errors=errors)


def locate(item: Mapping[str, Any]) -> dict[str, str]:
    """Where a value came from: a JSON pointer into the body, or a parameter."""
    source, *path = item["loc"]
    if source != "body":
        return {"parameter": str(path[0])}
    if item["type"] == "json_invalid":
        return {"pointer": ""}
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in path]
    return {"pointer": "".join(f"/{step}" for step in steps)}


def add_error_handlers(app: FastAPI) -> None:
    # A bug has no handler here: the middleware answers it, inside its request id.
    app.exception_handler(ApiError)(on_api_error)
    app.exception_handler(PoolTimeout)(on_pool_timeout)
    app.exception_handler(HTTPException)(on_http_error)
    app.exception_handler(RequestValidationError)(on_invalid_request)
