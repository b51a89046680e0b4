"""Runs a learner's Alembic migrations, or makes the tables from the models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from grader.child import jobs


def run(job: Mapping[str, Any]) -> int:
    """Actions: ["upgrade", REV], ["downgrade", REV], ["check"], ["models"]."""
    config = Config()
    folder = Path(job["path"][0]) / job["package"] / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    for name, *arguments in job["actions"]:
        if name == "models":
            create_from_models(config)
        else:
            getattr(command, name)(config, *arguments)
    jobs.must_be_its_own(job)
    # Whoever ended this process before did not say it.
    print(f"\n{job['done']}", flush=True)
    return 0


def create_from_models(config: Config) -> None:
    """Create the tables of the `target_metadata` that `env.py` configures."""

    def create(_revision: object, context: Any) -> list[Any]:
        context.opts["target_metadata"].create_all(context.connection)
        return []

    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script, fn=create):
        script.run_env()
