"""Grades the stage in work at each save, and moves on when it is done."""

import time
from collections.abc import Callable
from pathlib import Path

from grader.catalogue import Problem
from grader.cores import cores
from grader.errors import Cancelled, SetupError
from grader.learner.begun import standing
from grader.learner.changes import Changes
from grader.learner.follow_up import follow_up
from grader.learner.grading import mark
from grader.learner.home import memory
from grader.learner.keys import Keys
from grader.learner.syntax import broken_line
from grader.report.lines import styled
from grader.report.terminal import Screen
from grader.results import Result
from grader.run import Engine
from grader.texts import say

TICK_SECONDS = 0.05
HEARTBEAT_SECONDS = 30.0
RUN, LEAVE, HINT = ("r", "\n", " "), ("q", "\x03"), ("h",)


class Leave(Exception):
    """The learner has had enough."""


class Watch:
    def __init__(
        self,
        problem: Problem,
        stage: int,
        target: Path,
        screen: Screen,
        keys: Keys,
        changes: Changes,
        hint: Callable[[int], None],
    ) -> None:
        self.problem = problem
        self.stage = stage
        self.target = target
        self.screen = screen
        self.keys = keys
        self.changes = changes
        self.hint = hint
        # What commands that are shown have to be told again.
        self.options: dict[str, str] = {}
        # Whether the stages before are known to hold with this code.
        self.earlier_hold = True
        self.leaving = False
        # Whether the last round left something without a verdict.
        self.broken = False
        self._beat = time.monotonic()

    def run(self, rounds: int | None = None) -> None:
        """Grade and wait, until the learner leaves or after so many `rounds`."""
        engine: Engine | None = None
        try:
            while rounds is None or rounds > 0:
                rounds = None if rounds is None else rounds - 1
                self.changes.take()
                try:
                    engine = engine or Engine(
                        keeps_schemas=True,
                        memory=memory(self.target),
                        lanes=cores(),
                    )
                    more = self.round(engine)
                    if self.broken:
                        # Services that are gone are started anew with the next round.
                        self._closed(engine)
                        engine = None
                    else:
                        engine.tidy()
                except SetupError as error:
                    self.screen.note(error.text.render(self.screen.language))
                    more = False
                except (OSError, RuntimeError) as error:
                    # Services that are gone are started anew with the next round.
                    self.say("grader_broke", reason=f"{type(error).__name__}: {error}")
                    self._closed(engine)
                    engine, more = None, False
                if not more:
                    self.wait()
        except Leave:
            self.say("left")
        finally:
            self._closed(engine)

    def _closed(self, engine: Engine | None) -> None:
        try:
            if engine:
                engine.__exit__()
        except Exception as error:
            self.say("grader_broke", reason=f"{type(error).__name__}: {error}")

    def say(self, key: str, **params: object) -> None:
        self.screen.note(say(f"watch.{key}", self.screen.language, **params))

    def round(self, engine: Engine) -> bool:
        """Grade what is next; True when there is more to grade at once."""
        if part := broken_line(self.problem, self.target, self.screen.language):
            self.screen.console.print(styled(part), soft_wrap=True)
            self.say("end", time=clock(), what=say("watch.syntax", self.language))
            return False
        stages = [self.stage] if self.earlier_hold else list(range(1, self.stage))
        title = self.problem.stage(stages[-1]).title[self.language]
        self.say("begin", time=clock(), stage=_range(stages), title=title)
        began = time.monotonic()
        try:
            result = engine.grade(
                [self.problem],
                self.target,
                self.language,
                stages,
                cancelled=self.cancelled,
            )
        except Cancelled:
            if self.leaving:
                raise Leave from None
            self.say("end", time=clock(), what=say("watch.cancelled", self.language))
            return True
        result.options = self.options
        found = standing(self.problem, self.target)
        for stage in result.problems[0].stages:
            mark(stage, found)
        seconds = time.monotonic() - began
        return self.judged(result, stages, seconds)

    @property
    def language(self) -> str:
        return self.screen.language

    def judged(self, result: Result, stages: list[int], seconds: float) -> bool:
        """Show a verdict and decide what comes next; True to go on at once."""
        graded = result.problems[0].stages
        self.broken = bool(result.not_judged)
        first = next((s.number for s in graded if s.status != "passed"), None)
        notes = follow_up(result, self.language)
        if first is not None or self.earlier_hold:
            self.screen.show(result)
        for note in notes:
            self.screen.note(note.text, note.command)
        what = say("watch.took", self.language, seconds=f"{seconds:.1f}")
        self.say("end", time=clock(), what=what)
        if first is not None:
            self.stage, self.earlier_hold = first, True
            return False
        if self.earlier_hold and self.stage > 1:
            # Done; do the stages before still hold with this code?
            self.earlier_hold = False
            return True
        self.earlier_hold = True
        last = self.problem.stages[-1].number
        if self.stage == last:
            self.say("all_done")
            return False
        self.stage += 1
        title = self.problem.stage(self.stage).title[self.language]
        self.say("moved_on", stage=self.stage, title=title)
        return True

    def cancelled(self) -> bool:
        """Asked during a run: whether a save or a key made its verdict useless."""
        self.leaving |= self.keys.pressed() in LEAVE
        return self.leaving or self.changes.pending()

    def wait(self) -> None:
        """Until a save or a key; a line now and then shows that we are alive."""
        self.beat()
        polling = self.changes.polling
        while not self.changes.pending():
            key = self.keys.pressed()
            if key in LEAVE:
                raise Leave
            if key in HINT:
                self.hint(self.stage)
            if key in RUN:
                return
            if self.changes.polling and not polling:
                polling = True
                self.say("polling")
            if time.monotonic() > self._beat + HEARTBEAT_SECONDS:
                self.beat()
            time.sleep(TICK_SECONDS)

    def beat(self) -> None:
        self._beat = time.monotonic()
        self.say("waiting", time=clock(), slug=self.problem.slug, stage=self.stage)


def clock() -> str:
    return time.strftime("%H:%M:%S")


def _range(stages: list[int]) -> str:
    return str(stages[0]) if len(stages) == 1 else f"{stages[0]}–{stages[-1]}"
