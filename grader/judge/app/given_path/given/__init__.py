"""The package `given` of solutions/, for apps that have none of their own."""

from pathlib import Path

# Where Python looks for its modules.
__path__ = [str(Path(__file__).resolve().parents[5] / "solutions" / "given")]
