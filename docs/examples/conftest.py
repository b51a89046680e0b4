"""What an example may ask for: a PostgreSQL database of its own, and asyncio."""

from collections.abc import Iterator

import pytest

from grader.services.postgres import Cluster, open_cluster


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with open_cluster() as cluster:
        yield cluster


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """An empty database, for a plain role, as learners get it."""
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)
