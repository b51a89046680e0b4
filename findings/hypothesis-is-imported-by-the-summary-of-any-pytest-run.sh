#!/usr/bin/env bash
# Hypothesis 6.170.15 with pytest 9.2.0: its plugin spares a run that does not use it the
# import until all tests are done, and then imports the whole of it for the summary.
# pytest compiles each of these modules with rewritten assertions, as a plugin's, and
# with PYTHONDONTWRITEBYTECODE it does so in every run.
# Output seen: after the tests: 0 modules / after the summary: 76 modules, 72 of them
# compiled by pytest / kept for the next run: 0 files
. "$(dirname "$0")/common.bash" pytest==9.2.0 hypothesis==6.170.15
cat > conftest.py <<'PYTHON'
import sys

from _pytest.assertion.rewrite import AssertionRewritingHook


def show(when):
    modules = [m for n, m in sys.modules.items() if n.startswith("hypothesis.")]
    rewritten = [m for m in modules if isinstance(m.__loader__, AssertionRewritingHook)]
    print(f"\n{when}: {len(modules)} {len(rewritten)}")


def pytest_sessionfinish():
    show("tests")


def pytest_unconfigure():
    show("summary")
PYTHON
echo "def test_nothing(): pass" > test_nothing.py
printed=$("$python" -m pytest -q -s)
read -r before _ < <(sed -n 's/^tests: //p' <<< "$printed")
read -r after rewritten < <(sed -n 's/^summary: //p' <<< "$printed")
kept=$("$python" -c 'import hypothesis, pathlib
print(len(list(pathlib.Path(hypothesis.__file__).parent.rglob("*-pytest-*.pyc"))))')
echo "after the tests: $before modules"
echo "after the summary: $after modules, $rewritten of them compiled by pytest"
echo "kept for the next run: $kept files"
[ "$before" = 0 ] && [ "$after" = 76 ] && [ "$rewritten" = 72 ] && [ "$kept" = 0 ]
