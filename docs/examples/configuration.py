"""Settings: a default that opens the door, and a start that names what is missing."""

import os
from collections.abc import Mapping
from pathlib import Path

import jwt
import pytest
from pydantic import Field, PostgresDsn, SecretBytes, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET = "too short, but a secret"


# --8<-- [start:loose]
class LooseSettings(BaseSettings):
    database_url: PostgresDsn
    jwt_secret: str = Field(default="change-me" * 4, min_length=32)
    debug: bool = False


# --8<-- [end:loose]


# --8<-- [start:mend]
class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_ignore_empty=True,  # VAR= is the same as no VAR.
        hide_input_in_errors=True,  # An error is logged; its input may be a secret.
        frozen=True,
    )

    database_url: PostgresDsn = Field(repr=False)  # It holds a password.
    jwt_secret: SecretBytes = Field(min_length=32)  # Required: no default.
    debug: bool = False


def read_settings() -> Settings:
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        wrong = [f"{e['loc'][0]}".upper() + f": {e['msg']}" for e in error.errors()]
        raise SystemExit("Bad settings: " + "; ".join(wrong)) from None


# --8<-- [end:mend]

URL = "postgresql://app:hunter2@db/shop"


MISTYPED = {"DATABASE_URL": URL, "JWT_SECRTE": os.urandom(32).hex()}


def set_environment(patch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    for name in ("DATABASE_URL", "JWT_SECRET", "JWT_SECRTE", "DEBUG"):
        patch.delenv(name, raising=False)
    for name, value in values.items():
        patch.setenv(name, value)


# --8<-- [start:test]
def test_a_typing_error_opens_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, MISTYPED)
    settings = LooseSettings.model_validate({})

    forged = jwt.encode({"sub": "admin"}, "change-me" * 4, "HS256")
    jwt.decode(forged, settings.jwt_secret, algorithms=["HS256"])  # Accepted.


def test_the_mended_settings_do_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, MISTYPED)
    with pytest.raises(SystemExit, match="JWT_SECRET: Field required"):
        read_settings()


# --8<-- [end:test]


def test_an_error_shows_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, {"DATABASE_URL": URL, "JWT_SECRET": SECRET})
    with pytest.raises(ValidationError) as shown:
        LooseSettings.model_validate({})
    with pytest.raises(SystemExit) as hidden:
        read_settings()
    assert SECRET in str(shown.value)
    assert SECRET not in str(hidden.value)


def test_a_printed_setting_hides_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, {"DATABASE_URL": URL, "JWT_SECRET": SECRET * 2})
    assert "hunter2" in repr(LooseSettings.model_validate({}))
    assert "hunter2" not in repr(read_settings())
    assert SECRET not in repr(read_settings())


def test_an_empty_variable_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, {"DATABASE_URL": URL, "JWT_SECRET": ""})
    with pytest.raises(SystemExit, match="JWT_SECRET: Field required"):
        read_settings()


def test_a_file_is_stricter_than_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class FileSettings(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="APP_", env_file=tmp_path / ".env")
        name: str

    monkeypatch.setenv("APP_NAEM", "ignored")
    (tmp_path / ".env").write_text("APP_NAME=shop\n")
    assert FileSettings.model_validate({}).name == "shop"

    (tmp_path / ".env").write_text("APP_NAME=shop\nANOTHER_PROGRAM=1\n")
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        FileSettings.model_validate({})
