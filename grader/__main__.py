"""`python -m grader`."""

from grader import environment
from grader.cli import main

environment.enter()
raise SystemExit(main())
