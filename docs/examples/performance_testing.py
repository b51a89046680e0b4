"""Which of two is slower: measured in turns, on a machine that slows down meanwhile."""

from collections.abc import Callable
from statistics import median

Work = Callable[[], None]
Clock = Callable[[], float]


# --8<-- [start:blocks]
def seconds(work: Work, clock: Clock) -> float:
    start = clock()
    work()
    return clock() - start


def ratio_of_blocks(work: Work, reference: Work, clock: Clock) -> float:
    theirs = [seconds(reference, clock) for _ in range(20)]
    mine = [seconds(work, clock) for _ in range(20)]
    return median(mine) / median(theirs)


# --8<-- [end:blocks]


# --8<-- [start:turns]
def ratio_in_turns(work: Work, reference: Work, clock: Clock) -> float:
    pairs = []
    for turn in range(20):
        # Who goes first changes: A B, B A, A B, …
        if turn % 2 == 0:
            mine, theirs = seconds(work, clock), seconds(reference, clock)
        else:
            theirs, mine = seconds(reference, clock), seconds(work, clock)
        pairs.append(mine / theirs)
    return median(pairs)


# --8<-- [end:turns]


# --8<-- [start:machine]
class TiredMachine:
    """A clock on which each run takes longer than the last: it gets hot."""

    def __init__(self) -> None:
        self.now, self.pace = 0.0, 1.0

    def work(self, amount: float) -> Work:
        def run() -> None:
            self.now += amount * self.pace
            self.pace *= 1.02

        return run

    def clock(self) -> float:
        return self.now


# --8<-- [end:machine]


# --8<-- [start:test]
def test_blocks_call_equals_unequal() -> None:
    machine = TiredMachine()
    same, same_again = machine.work(1.0), machine.work(1.0)
    assert ratio_of_blocks(same, same_again, machine.clock) > 1.4


def test_turns_call_equals_equal() -> None:
    machine = TiredMachine()
    same, same_again = machine.work(1.0), machine.work(1.0)
    assert 0.95 < ratio_in_turns(same, same_again, machine.clock) < 1.05


def test_turns_find_the_slower_one() -> None:
    machine = TiredMachine()
    slow, fast = machine.work(1.5), machine.work(1.0)
    assert 1.4 < ratio_in_turns(slow, fast, machine.clock) < 1.6


# --8<-- [end:test]


def test_a_stopwatch_around_a_coroutine_function_stops_at_once() -> None:
    machine = TiredMachine()

    async def handler() -> None:
        machine.work(1000.0)()

    def call() -> None:
        handler().close()  # Made, never awaited: what a benchmark does with it.

    assert seconds(call, machine.clock) == 0
