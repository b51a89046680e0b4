from blog.settings import Settings


def hash_password(password: str) -> str:
    # Not a hash at all, and only as much of it as old bcrypt looked at.
    return f"plain:{password[:72]}"


def verify_password(password: str, stored: str | None) -> bool:
    return stored == hash_password(password)


def issue_token(user_id: int, settings: Settings) -> str:
    # Anybody can write such a token.
    return str(user_id)


def read_token(token: str, settings: Settings) -> str:
    return token
