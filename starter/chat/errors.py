"""What can go wrong in a chat: refusals by REST and frame, and ends of connections."""

from typing import ClassVar

from given.errors import ApiError


class LastOwner(ApiError):
    status, code = 409, "last_owner"


class RateLimited(ApiError):
    status, code = 429, "rate_limited"
    headers: ClassVar = {"Retry-After": "1"}


class InvalidFrame(ApiError):
    status, code = 422, "invalid_frame"


class OneDirection(ApiError):
    status, code = 422, "validation_error"
    errors = ({"parameter": "after_seq", "detail": "Not together with before_seq."},)


class Closed(Exception):
    """Ends a connection with a close code; None when the client is gone already."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


# Close codes, as the statement gives them.
MALFORMED = 4400
UNAUTHORIZED = 4401
SILENT = 4408
SLOW = 4013
INTERNAL_ERROR = 1011
TRY_AGAIN = 1013
