"""Databases that several checks of one stage look at."""

from collections.abc import AsyncIterator

import pytest

from grader.judge.app.world import World
from tests.jobs.legacy import Legacy, migrated


@pytest.fixture(scope="module")
async def legacy(world: World) -> AsyncIterator[Legacy]:
    """300 jobs written at revision 0001, then upgraded to head."""
    found = await migrated(world)
    yield found
    await found.database.close()
