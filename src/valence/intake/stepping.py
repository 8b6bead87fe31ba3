"""Steps: how far an import is, in what is done of what there is to do."""

from __future__ import annotations

from valence.core.messages import Message, message
from valence.core.progress import Progress, Step

_OF_FILE = 3  # read, its customers found, landed
_PARTS = 100  # of a step, as far as its share is known


class Steps:
    """Tells the steps of an import: three for each file, and one to publish."""

    def __init__(self, progress: Progress, files: int) -> None:
        self._progress, self._files, self._begun = progress, files, 0
        self._label = Message("")
        self._far = 0.0

    def more(self) -> None:
        """Expect one more file."""
        self._files += 1

    def reading(self, file: str) -> None:
        """Tell that the rows of a file are being read; `part` says how far."""
        self._begin(message("Reading {file}", file=file))

    def people(self, file: str) -> None:
        """Tell that the customers of its rows are being found."""
        self._begin(message("Finding the customers of {file}", file=file))

    def landing(self, file: str) -> None:
        """Tell that its rows are being compared with what is there, and written."""
        self._begin(message("Landing {file}", file=file))

    def known(self) -> None:
        """Tell that a file needs no more steps."""
        self._begun += _OF_FILE - 1

    def publishing(self) -> None:
        """Tell that all is being published."""
        self._begin(message("Publishing"))

    def part(self, share: float) -> None:
        """Tell the share (0 to 1) of the present step; it never goes back."""
        self._far = max(self._far, min(share, 1.0))
        self._tell()

    def _begin(self, label: Message) -> None:
        self._label, self._far = label, 0.0
        self._begun += 1
        self._tell()

    def _tell(self) -> None:
        done = (self._begun - 1) * _PARTS + int(self._far * _PARTS)
        self._progress(Step(self._label, done, (self._files * _OF_FILE + 1) * _PARTS))
