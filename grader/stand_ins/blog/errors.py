from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from blog.errors import ApiError, on_api_error


async def on_pool_timeout(request: Request, _: PoolTimeout) -> JSONResponse:
    raise NotImplementedError("Stage 5")


async def on_http_error(_: Request, error: HTTPException) -> JSONResponse:
    raise NotImplementedError("Stage 7")


async def on_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    raise NotImplementedError("Stage 7")


def locate(item: Mapping[str, Any]) -> dict[str, str]:
    raise NotImplementedError("Stage 7")


def add_error_handlers(app: FastAPI) -> None:
    # The handlers above wait for their stages.
    app.exception_handler(ApiError)(on_api_error)
