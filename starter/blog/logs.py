"""Logs: one JSON object per line, from structlog and the standard library alike."""

import logging
import sys

import structlog
from structlog.typing import Processor


def configure_logging(level: str) -> None:
    logging.basicConfig(level=level)
