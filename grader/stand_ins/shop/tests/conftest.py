"""Your fixtures: a database of your own, an app per test, no row left behind."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
