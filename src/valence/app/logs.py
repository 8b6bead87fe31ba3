"""The log of a brand folder: what went wrong in full, while a terminal gets a line of it."""

from __future__ import annotations

import logging
import time
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

from valence.core.clock import now

FILE = "valence.log"
_BYTES = 2_000_000  # then the file becomes valence.log.1, and that one of before goes

_house = logging.getLogger("valence")


class _Line(logging.Formatter):
    """One line for a terminal: the time and the sentence, never a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{self.formatTime(record, '%H:%M:%S')} {record.getMessage()}"


def log_to(data: Path, *, shown: int = logging.WARNING) -> Path:
    """Log to the file of a data folder from now on; return it.

    Parameters
    ----------
    data
        The brand's folder of data.
    shown
        The level from which on a line goes to standard error as well.
    """
    data.mkdir(parents=True, exist_ok=True)
    path = data / FILE
    file = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=1, encoding="utf-8", delay=True)
    whole = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    whole.converter = time.gmtime
    file.setFormatter(whole)
    terminal = logging.StreamHandler()
    terminal.setFormatter(_Line())
    terminal.setLevel(shown)
    logging.raiseExceptions = False  # a full disk must not put tracebacks on the terminal
    _house.setLevel(logging.INFO)
    for handler in (file, terminal):
        _house.addHandler(handler)
    return path


def keep_error(data: Path, error: BaseException) -> Path:
    """Write an error with its traceback to the log of a data folder; return the file.

    Raises
    ------
    OSError
        If it cannot be written: logging would only print a traceback of its own.
    """
    data.mkdir(parents=True, exist_ok=True)
    story = "".join(traceback.format_exception(error))
    with (data / FILE).open("a", encoding="utf-8") as file:
        file.write(f"{now():%Y-%m-%d %H:%M:%S} ERROR valence.command: {story}")
    return data / FILE
