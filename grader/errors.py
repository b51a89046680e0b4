"""What ends a grading early: a set-up that cannot work, or nobody who waits."""

from grader.texts import Text


class SetupError(Exception):
    """The command cannot do its work; `text` says what to do about it."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.text = Text(f"setup.{key}", params)

    def __str__(self) -> str:
        return self.text.render("en")


class Cancelled(Exception):
    """Nobody waits for the verdict any more."""
