#!/usr/bin/env bash
# mutmut 3.8.1 with FastAPI 0.165.0: a function with a decorator is left as it is, and
# neither the run nor its results say so. What `@router.get(…)` makes an endpoint gets no
# mutant; the same function made one by `add_api_route` does.
# Output seen: total: no mutant / total_added: 2 mutants
. "$(dirname "$0")/common.bash" mutmut==3.8.1 fastapi==0.165.0 pytest==9.2.0
mkdir src tests
cat > src/app.py <<'PYTHON'
from fastapi import APIRouter

router = APIRouter()


@router.get("/total")
async def total(price: int) -> int:
    return price + 1


async def total_added(price: int) -> int:
    return price + 1


router.add_api_route("/total-added", total_added)
PYTHON
cat > tests/test_app.py <<'PYTHON'
import asyncio

import app


def test_both():
    assert asyncio.run(app.total(1)) == 2
    assert asyncio.run(app.total_added(1)) == 2
PYTHON
cat > pyproject.toml <<'TOML'
[tool.mutmut]
source_paths = ["src"]
pytest_add_cli_args_test_selection = ["tests"]
TOML
venv/bin/mutmut run --max-children 1 > /dev/null
results=$(venv/bin/mutmut results --all true)
made() { grep -c "app.x_$1__mutmut_" <<< "$results" || true; }
decorated=$(made total) added=$(made total_added)
echo "total: ${decorated/#0/no} mutant"
echo "total_added: $added mutants"
[ "$decorated" = 0 ] && [ "$added" = 2 ]
