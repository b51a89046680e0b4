"""Runs a learner's tests on everything that they are judged by."""

import asyncio
from collections.abc import Awaitable, Sequence
from pathlib import Path

from grader.catalogue import Problem
from grader.judge.app.memory import Memory
from grader.judge.app.runner import Ran
from grader.judge.app.world import World
from grader.judge.own_tests.edits import (
    Files,
    Variation,
    correct_variants,
    planted_bugs,
    quick_hashes,
    reference,
)
from grader.judge.own_tests.known import digest
from grader.judge.own_tests.order import Order
from grader.judge.own_tests.runs import Outcome, OwnTests, RunOptions
from grader.judge.own_tests.spelling import Spelling
from grader.judge.own_tests.trial import Judged, Trial

# How often load tests may try: a busy machine spoils measurements now and then.
TRIES = 3
PASSED, CAUGHT = (Outcome(Ran(code, "", "", Path())) for code in (0, 1))
LOAD = ("--benchmark-only",)
SHARED = ("-n2",)


async def try_tests(world: World) -> Trial:
    """Run the learner's tests on everything that they are judged by."""
    tests = OwnTests(world)
    if not tests.exist():
        return Trial()
    trial = await Hunt(world.problem, tests, world.memory, Spelling()).whole()
    trial.count = world.count_caught
    return trial


class Hunt:
    """The runs of a trial; what is known from an earlier one is not run again."""

    def __init__(
        self, problem: Problem, tests: OwnTests, memory: Memory, spelling: Spelling
    ) -> None:
        self.tests = tests
        self._memory = memory
        self._problem = problem
        planted = planted_bugs(problem)
        self._slow = [bug for bug in planted if bug.slow]
        self._bugs = [bug for bug in planted if bug.judges_tests]
        # Where there are load tests, they are left out at first and run alone below.
        self._skip = ("--benchmark-skip",) if self._slow else ()
        self._reference = self._app(reference())
        self._spelling = spelling
        self.order = Order({}, {}, {})
        # Whether the reference passed these tests in this order.
        self._passing: dict[tuple[str, ...], asyncio.Task[bool]] = {}

    async def whole(self) -> Trial:
        variants = [v for v in correct_variants(self._problem) if v.judges_tests]
        trial, outcomes = await asyncio.gather(
            self._sound_and_sharp(),
            asyncio.gather(*(self._pass(variant) for variant in variants)),
        )
        trial.variants = pairs(variants, outcomes)
        if self._slow and trial.is_sound():
            trial.load, trial.slow = await self._load_tests()
        return trial

    async def _sound_and_sharp(self) -> Trial:
        """Whether they pass on the reference; if so, which bugs they catch."""
        trial = Trial(*await self._soundness())
        # A test that fails on the reference too does not show that it found the bug.
        if trial.is_sound():
            hunted = await asyncio.gather(*(self.catch(bug) for bug in self._bugs))
            trial.bugs = pairs(self._bugs, hunted)
        return trial

    async def _soundness(self) -> tuple[Sequence[Outcome], Sequence[Outcome]]:
        """Twice on the reference, and shared by two processes.

        The shared run is the second one, too, unless it fails: then a second one tells
        whether it is the sharing that they fail at.
        """
        key = self._key("sound", self._reference)
        if key in self._memory:
            return [PASSED, PASSED], [PASSED]
        once = RunOptions(self._skip, traced=True)
        shared = RunOptions((*self._skip, *SHARED), seed=2)
        spelled = self._spelling.app(self._reference)
        async with self.tests.beside(spelled) as app:
            first = await app.run(once)
            if not first.passed:
                return [first], ()
            self.order = Order.of(self._problem.slug, spelled, first.notes)
            both = await app.run(shared)
            if both.passed:
                self._memory.add(key)
                return [first, both], [both]
            twice = [first, await app.run(RunOptions(self._skip, seed=2))]
        return twice, [await self._run(self._reference, shared)]

    async def _pass(self, variant: Variation) -> Outcome:
        app = self._app(variant)
        key = self._key("pass", app)
        if key in self._memory:
            return PASSED
        outcome = await self._run(app, RunOptions(self._skip))
        if outcome.passed:
            self._memory.add(key)
        return outcome

    async def catch(self, bug: Variation) -> Outcome:
        """Tests that execute what the bug changes come first; all run if they miss it.

        Tests that depend on their order may fail for that alone: a catch counts when
        the reference passes the same tests in the same order.
        """
        app = self._app(bug)
        key = self._key("catch", app)
        if key in self._memory:
            return CAUGHT
        first = self.order.first(self._spelling.app(app))
        outcome = await self._run(app, RunOptions(self._skip, first=first))
        if first and outcome.caught and not await self._reference_passes(outcome):
            outcome = await self._run(app, RunOptions(self._skip))
        if outcome.caught:
            self._memory.add(key)
        return outcome

    async def _reference_passes(self, outcome: Outcome) -> bool:
        """The same tests in the same order, asked once for all bugs that they catch."""
        ran = tuple(outcome.notes.get("ran", ()))
        if ran not in self._passing:
            options = RunOptions(self._skip, first=ran, only=True)
            run = self._run(self._reference, options)
            self._passing[ran] = asyncio.create_task(passed(run))
        return await self._passing[ran]

    async def _load_tests(self) -> tuple[Sequence[Outcome], Judged]:
        """Alone: measurements side by side would spoil each other."""
        load = [await self._load("pass", self._reference)]
        while not load[-1].passed and len(load) < TRIES:
            load.append(await self._load("pass", self._reference))
        if not load[-1].passed:
            return load, ()
        return load, [(b, await self._load("catch", self._app(b))) for b in self._slow]

    async def _load(self, kind: str, app: Files) -> Outcome:
        key = self._key(f"load {kind}", app)
        good = PASSED if kind == "pass" else CAUGHT
        if key in self._memory:
            return good
        outcome = await self._run(app, RunOptions(LOAD))
        if outcome.ran.code == good.ran.code:
            self._memory.add(key)
        return outcome

    async def _run(self, app: Files, options: RunOptions) -> Outcome:
        return await self.tests.run(self._spelling.app(app), options)

    def _app(self, variation: Variation) -> Files:
        return quick_hashes(self._problem, variation.app(self._problem))

    def _key(self, kind: str, app: Files) -> str:
        return digest(kind, app, self.tests.folder)


async def passed(run: Awaitable[Outcome]) -> bool:
    return (await run).passed


def pairs(variations: Sequence[Variation], outcomes: Sequence[Outcome]) -> Judged:
    return list(zip(variations, outcomes, strict=True))
