"""The pages of experience, each a tab of the same head."""

from __future__ import annotations

from valence.core.messages import Message, message
from valence.kit.page import Tab

PAGES: tuple[tuple[Message, str], ...] = (
    (message("Scores"), "/experience"),
    (message("Voice"), "/experience/voice"),
    (message("Drivers"), "/experience/drivers"),
    (message("Kano"), "/experience/kano"),
    (message("Value gap"), "/experience/gap"),
    (message("Perceived value"), "/experience/perceived"),
    (message("Surveys"), "/experience/surveys"),
    (message("Alerts"), "/experience/alerts"),
    (message("Silent leavers"), "/experience/silent"),
    (message("Mystery visits"), "/experience/mystery"),
)


def tabs(current: str) -> list[Tab]:
    """Return a tab for each page of experience; `current` is the address of the open one."""
    return [Tab(title, path, path == current) for title, path in PAGES]
