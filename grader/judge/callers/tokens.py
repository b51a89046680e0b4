"""Takes JSON Web Tokens apart and forges them."""

import base64
import json
from typing import Any

from grader.judge.checks.failures import CheckFailed


def claims_of(token: str) -> dict[str, Any]:
    """The payload of a token, unchecked; the check fails when it is no JWT."""
    try:
        head, payload, _ = token.split(".")
        claims = json.loads(_decoded(payload))
        if "alg" in json.loads(_decoded(head)) and isinstance(claims, dict):
            return claims
    except ValueError:
        pass
    raise CheckFailed(
        "not_jwt", expected="header.payload.signature", got=f"{token[:12]}…"
    )


def forged(token: str, claims: dict[str, Any]) -> str:
    """Another payload under the signature of a real token."""
    head, _, signature = token.split(".")
    return f"{head}.{_encoded(claims)}.{signature}"


def without_signature(claims: dict[str, Any]) -> str:
    """A token that claims to need no signature."""
    return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded(claims)}."


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
