"""The built site as a fixture."""

from pathlib import Path

import pytest

from tests.site import built


@pytest.fixture(scope="session")
def site() -> Path:
    return built.site()
