"""Turns the results of a class into one table."""

# --8<-- [start:table]
import csv
import json
from pathlib import Path
from typing import TextIO


def write_table(folder: Path, output: TextIO) -> None:
    """One row a student, one column a stage."""
    table = csv.writer(output)
    for file in sorted(folder.glob("*.json")):
        for problem in json.loads(file.read_text("utf-8"))["problems"]:
            points = [stage["score"] for stage in problem["stages"]]
            table.writerow([file.stem, problem["slug"], *points, problem["score"]])


# --8<-- [end:table]


def test_a_row_for_each_student(tmp_path: Path) -> None:
    from io import StringIO

    stages = [{"number": 1, "score": 10}, {"number": 2, "score": 7.5}]
    problem = {"slug": "blog", "score": 17.5, "stages": stages}
    result = json.dumps({"score": 17.5, "problems": [problem]})
    (tmp_path / "bo.json").write_text(result, "utf-8")
    (tmp_path / "ada.json").write_text(result, "utf-8")

    output = StringIO()
    write_table(tmp_path, output)

    rows = ["ada,blog,10,7.5,17.5", "bo,blog,10,7.5,17.5"]
    assert output.getvalue().splitlines() == rows
