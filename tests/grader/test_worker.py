"""The processes that judge for a proof."""

import pytest

from grader.errors import SetupError
from grader.judge.own_tests.edits import reference
from grader.proof import workers
from grader.proof.apps import App
from grader.proof.claims import Claim
from grader.proof.worker import judge


def test_an_engine_that_cannot_start_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://not a database")

    with pytest.raises(SetupError) as failed, workers() as pool:
        pool.submit(judge, "blog", Claim(App("reference", reference()), (1,))).result()

    assert failed.value.text.key == "setup.no_database_url"
