# Generated from grader/stand_ins/blog/unwritten.py by nox -s starter: edit that file.
# Digest of the lines below: e9f0584691b9434f
"""What is not written yet: it answers 501 and names its stage."""

from given.errors import ApiError


class NotWritten(ApiError):
    status, code = 501, "not_written"

    def __init__(self, stage: int) -> None:
        super().__init__(f"Stage {stage} is not written yet.")
        self.headers = {"X-Unwritten-Stage": str(stage)}  # type: ignore[misc]
