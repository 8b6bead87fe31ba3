"""The command line: `valence <capability> <verb>`, and the few everyday verbs."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.metadata import version

import typer

from valence.app.everyday import everyday
from valence.app.logs import keep_error
from valence.app.words import WORDS
from valence.core.errors import ValenceError, in_short
from valence.kit.capability import loaded
from valence.kit.commands import Commands, brand_root, say

_COMPLETING = "_VALENCE_COMPLETE"  # set by the shell that asks which words may follow
_DEBUG = "VALENCE_DEBUG"


def application(first: str | None = None) -> typer.Typer:
    """Return the command line: everyday verbs, and what each capability brings.

    Parameters
    ----------
    first
        The first word of the command line. Only what that word needs is loaded; the other
        commands are there by name and summary, for the help. None loads everything.
    """
    app = typer.Typer(
        name="valence",
        help="One customer, what they are worth, and what to do next.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich" if sys.stderr.isatty() else None,  # no boxes in pipes
    )
    app.registered_commands.extend(everyday.app.registered_commands)
    if first in everyday.permissions:
        return app
    owner = {word: name for name, words in WORDS.items() for word in words}
    if first is None or first in owner:
        _add_groups(app, owner.get(first or ""))
        return app
    for words in WORDS.values():
        for word, summary in words.items():
            app.command(word, help=summary)(_elsewhere)
    return app


def _add_groups(app: typer.Typer, name: str | None) -> None:
    from valence.app import stake_proof  # noqa: PLC0415 - loads the engines
    from valence.app.capabilities import CAPABILITIES  # noqa: PLC0415 - loads the engines

    for capability in CAPABILITIES:
        if capability.commands and name in (None, capability.name):
            group: Commands = loaded(capability.commands)
            # What commands may ask the whole house for: a capability does not know the demo.
            own = {"obj": stake_proof.drawn} if capability.name == "journey" else None
            app.add_typer(group.app, name=group.app.info.name, context_settings=own)


def _elsewhere() -> None:
    """Stand in for a command in the help; its first word loads the real one."""


def main() -> None:
    """Run the command line; errors become one readable paragraph and an exit code."""
    words = sys.argv[1:]
    if words == ["--version"]:
        sys.stdout.write(f"valence {version('valence')}\n")
        return
    try:
        application(None if _COMPLETING in os.environ else next(iter(words), ""))()
    except ValenceError as wrong:
        say(f"valence: {wrong}")
        sys.exit(wrong.exit_code)
    except KeyboardInterrupt:
        say("valence: stopped; nothing half-done was kept.")
        sys.exit(130)
    except Exception as fault:
        if os.environ.get(_DEBUG):
            raise
        say(_unexpected(fault, words))
        sys.exit(1)


def _unexpected(fault: Exception, words: list[str]) -> str:
    """Keep the whole story in the brand's log, and return the paragraph that says so."""
    where = f"To see the details, run it again with {_DEBUG}=1 set."
    if (root := brand_root(words)) is not None:
        with suppress(OSError):  # a full disk may be what went wrong
            where = f"The details stand in {keep_error(root / 'data', fault)}."
    return (
        f"valence: this command met an error that nobody expected: {in_short(fault).rstrip('.')}. "
        f"It was not your input; what is published stays as it was. {where} Try again; if it "
        "stays, send them to whoever looks after Valence here."
    )
