"""What a failed expectation tells: the difference, and where it was seen."""

import pytest

from grader.judge.checks import expect
from grader.judge.checks.exchange import Dialogue, Exchange, Transcript
from grader.judge.checks.failures import CheckFailed


def failure(got: list[int], expected: list[int]) -> CheckFailed:
    with pytest.raises(CheckFailed) as raised:
        expect.listed(got, expected, "id")
    return raised.value


def test_a_wrong_order_is_called_so() -> None:
    found = failure([1, 3, 2, 4], [1, 2, 3, 4]).evidence

    assert found.label.key == "failure.order"
    assert found.label.params["place"] == 2
    assert (found.expected, found.got) == ([2, 3, 4], [3, 2, 4])
    for language in ("en", "zh"):
        assert "2" in found.label.render(language)


def test_a_difference_is_told_by_what_is_missing_and_extra() -> None:
    found = failure([1, 1, 9], [1, 2]).evidence

    assert found.label.key == "failure.listed"
    assert found.got == {"length": 3, "missing": [2], "extra": [9], "twice": [1]}


def test_two_servers_of_a_check_have_two_addresses() -> None:
    transcript, one, two = Transcript(), object(), object()
    ports = [transcript.port(peer) for peer in (one, two, one)]

    assert ports == [8000, 8001, 8000]
    assert ":8001/v1/jobs" in Exchange("bob", "GET", "/v1/jobs", ports[1]).curl()
    assert ":8001/v1/ws" in Dialogue("bob", "/v1/ws", ports[1]).curl()
    transcript.clear()
    assert transcript.port(two) == 8000
