from collections.abc import Mapping

STEPS: Mapping[str, tuple[str, str]] = {}
