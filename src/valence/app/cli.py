"""The command line: `valence <capability> <verb>`, and the few everyday verbs."""

from __future__ import annotations

import sys
from importlib.metadata import version

import typer

from valence.app.everyday import everyday
from valence.core.errors import ValenceError
from valence.kit.capability import loaded
from valence.kit.commands import Commands, say


def application(first: str = "") -> typer.Typer:
    """Return the command line: everyday verbs, and a group for each capability.

    With the first word of the command line, only what that word needs is loaded.
    """
    app = everyday.app
    if first in everyday.permissions:
        return app
    from valence.app.capabilities import CAPABILITIES  # noqa: PLC0415 - loads all declarations

    named = [each for each in CAPABILITIES if each.name == first]
    for capability in named or CAPABILITIES:
        if capability.commands:
            group: Commands = loaded(capability.commands)
            app.add_typer(group.app, name=group.app.info.name)
    return app


def main() -> None:
    """Run the command line; errors become one readable paragraph and an exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"valence {version('valence')}\n")
        return
    try:
        application(next(iter(sys.argv[1:]), ""))()
    except ValenceError as wrong:
        say(f"valence: {wrong}")
        sys.exit(wrong.exit_code)
    except KeyboardInterrupt:
        say("valence: stopped; nothing half-done was kept.")
        sys.exit(130)
