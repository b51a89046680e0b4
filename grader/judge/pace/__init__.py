"""Time as a ratio, in turns with the reference."""

import pytest

# A check that compares times: nothing else is judged meanwhile.
alone = pytest.mark.alone
