from typing import Self

from pydantic import SecretBytes, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    # Every value is taken as it comes. Which may be missing, and which may not?
    model_config = SettingsConfigDict(env_ignore_empty=True)

    database_url: str = ""
    jwt_secret: SecretBytes = SecretBytes(b"")
    access_ttl_s: float = 1800

    db_pool_size: str = "5"
    db_max_overflow: str = "0"
    db_pool_timeout_s: str = "2"

    cache_ttl_s: float = 60
    admin_email: str | None = None
    admin_password: SecretStr | None = None
    log_level: str = "INFO"

    @classmethod
    def read(cls) -> Self:
        return cls()
