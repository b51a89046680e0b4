"""Looks for files that are no Python, before anything is started for them."""

from pathlib import Path

from grader.catalogue import Problem
from grader.files import files_of
from grader.report.failure import Part, raised


def broken_line(problem: Problem, target: Path, language: str) -> Part | None:
    """The first line that Python cannot read, as a report shows a place."""
    for path in files_of(target / problem.slug):
        if path.suffix != ".py":
            continue
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            where = {
                "file": path.relative_to(target).as_posix(),
                "line": getattr(error, "lineno", None) or 1,
                "function": None,
            }
            said = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
            failure = {"where": where, "exception": said}
            return next(raised(failure, language, str(target.resolve())))
        except OSError:
            continue
    return None
