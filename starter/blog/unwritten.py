"""What is not written yet: it answers 501 and names its stage."""

from blog.errors import ApiError


class NotWritten(ApiError):
    status, code = 501, "not_written"

    def __init__(self, stage: int) -> None:
        super().__init__(f"Stage {stage} is not written yet.")
        self.headers = {"X-Unwritten-Stage": str(stage)}  # type: ignore[misc]
