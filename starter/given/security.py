# Generated from solutions/blog/security.py by nox -s starter: edit that file.
# Digest of the lines below: 3faa08726985d864
"""Passwords and tokens: plain functions that know neither HTTP nor the database."""

from datetime import timedelta
from functools import cache

import jwt
from pwdlib import PasswordHash

from given.database import now
from given.errors import Unauthorized
from given.settings import Settings

# Fixed: a token must never choose how it is checked.
ALGORITHM = "HS256"
PASSWORDS = PasswordHash.recommended()


def hash_password(password: str) -> str:
    """An Argon2 hash. It takes about 100 ms: call it in a thread."""
    return PASSWORDS.hash(password)


@cache
def decoy_hash() -> str:
    return hash_password("nobody has this password")


def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password fits. It takes about 100 ms: call it in a thread."""
    # No such user costs as much time as a wrong password, so that the clock does
    # not tell who has an account.
    fits = PASSWORDS.verify(password, stored or decoy_hash())
    return fits and stored is not None


def issue_token(user_id: int, settings: Settings) -> str:
    expires = now() + timedelta(seconds=settings.access_ttl_s)
    claims = {"sub": str(user_id), "exp": expires}
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), ALGORITHM)


def read_token(token: str, settings: Settings) -> str:
    """The user id in a token; Unauthorized if it is forged, expired or unreadable."""
    try:
        claims = jwt.decode(
            token,
            settings.jwt_secret.get_secret_value(),
            algorithms=[ALGORITHM],
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError as error:
        raise Unauthorized("The token is not valid.") from error
    return str(claims["sub"])
