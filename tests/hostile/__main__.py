"""Runs the corpus of attacks and prints what each got: -h tells how."""

import argparse
import sys
import tempfile
from pathlib import Path

from grader.judge.app.confinement import LEVELS, confinement
from tests.hostile.corpus import ATTACKS
from tests.hostile.levels import outcomes

COLUMNS = ("forged", "leaked", "touched", "left", "lost", "told")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--level", choices=LEVELS, default=confinement())
    parser.add_argument("only", nargs="*", help="ids, or the beginnings of some")
    options = parser.parse_args()
    asked = tuple(options.only) or ("",)
    names = [attack.id for attack in ATTACKS if attack.id.startswith(asked)]
    sums = dict.fromkeys(COLUMNS, 0)
    with tempfile.TemporaryDirectory() as folder:
        for outcome in outcomes(options.level, names, Path(folder)):
            got = [name for name in COLUMNS if getattr(outcome, name)]
            for name in got:
                sums[name] += 1
            print(f"{outcome.attack:32} {' '.join(got) or '–'}", flush=True)
    print(f"{options.level}: {len(names)} attacks, {sums}")
    return 1 if any(sums.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
