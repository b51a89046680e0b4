#!/usr/bin/env bash
# pytest 9.2.0: the JUnit file counts each passing subtest in `tests`, but lists none.
# A program that adds up the `testcase` elements finds fewer tests than are counted.
# Output seen: counted: 5, listed: 2
. "$(dirname "$0")/common.bash" pytest==9.2.0
cat > test_parts.py <<'PYTHON'
def test_parts(subtests):
    for part in range(3):
        with subtests.test(part=part):
            assert part < 3


def test_plain():
    pass
PYTHON
"$python" -m pytest -q -p no:cacheprovider --junit-xml=result.xml > /dev/null
"$python" - <<'PYTHON'
from xml.etree import ElementTree

suite = next(ElementTree.parse("result.xml").iter("testsuite"))
counted, listed = int(suite.get("tests")), len(suite.findall("testcase"))
print(f"counted: {counted}, listed: {listed}")
assert (counted, listed) == (5, 2)
PYTHON
