#!/usr/bin/env bash
# gradescope-utils 0.5.0: a test that sets a partial score and then fails keeps that
# score; a test that fails without setting one gets 0.
# Output seen: partial: 7 of 10, failed / plain: 0.0 of 10, failed
. "$(dirname "$0")/common.bash" gradescope-utils==0.5.0
"$python" - <<'PYTHON'
import json
import unittest

from gradescope_utils.autograder_utils.decorators import partial_credit, weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner


class Graded(unittest.TestCase):
    @partial_credit(10)
    def test_partial(self, set_score=None):
        """partial"""
        set_score(7)
        self.fail("on purpose")

    @weight(10)
    def test_plain(self):
        """plain"""
        self.fail("on purpose")


suite = unittest.defaultTestLoader.loadTestsFromTestCase(Graded)
with open("results.json", "w") as out:
    JSONTestRunner(visibility="visible", stream=out).run(suite)
with open("results.json") as read:
    tests = json.load(read)["tests"]
found = {t["name"].split()[-1]: (t["score"], t["max_score"], t["status"]) for t in tests}
for name, (score, most, status) in found.items():
    print(f"{name}: {score} of {most}, {status}")
assert sorted(found.values()) == [(0.0, 10, "failed"), (7, 10, "failed")]
PYTHON
