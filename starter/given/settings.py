# Generated from solutions/blog/settings.py by nox -s starter: edit that file.
# Digest of the lines below: d7c6e6abd2efbab5
"""Every setting of the app; nothing else reads the environment."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretBytes, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def check_postgres_url(url: str) -> str:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise ValueError("not a database URL") from error
    if backend != "postgresql":
        raise ValueError("not a postgresql:// URL")
    return url


PostgresUrl = Annotated[str, AfterValidator(check_postgres_url), Field(repr=False)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    database_url: PostgresUrl
    # Bytes, because 32 bytes of key are what HS256 asks for.
    jwt_secret: SecretBytes = Field(min_length=32)
    access_ttl_s: Seconds = 1800

    db_pool_size: int = Field(default=5, ge=1)
    db_max_overflow: int = Field(default=0, ge=0)
    db_pool_timeout_s: Seconds = 2

    admin_email: str | None = None
    admin_password: SecretStr | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @classmethod
    def read(cls) -> Self:
        """Settings from the environment, or an exit that names the bad variables."""
        try:
            return cls.model_validate({})
        except ValidationError as error:
            # The names and reasons only: the values may be secrets.
            reasons = [
                f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()
            ]
            raise SystemExit("Bad settings: " + "; ".join(reasons)) from None
