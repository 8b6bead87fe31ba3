"""States of a follow-up: which may follow which, and what each needs to be said."""

from __future__ import annotations

from typing import Literal

from valence.core.errors import BadInputError, ConflictError

State = Literal["open", "answered", "sorted", "solved", "closed", "reopened"]
STATES: tuple[State, ...] = ("open", "answered", "sorted", "solved", "closed", "reopened")
TO_DO: tuple[State, ...] = ("open", "answered", "sorted", "reopened")
_FORWARD: dict[State, tuple[State, ...]] = {
    "open": ("answered", "sorted", "solved", "closed"),
    "answered": ("sorted", "solved", "closed"),
    "sorted": ("solved", "closed"),
    "solved": ("closed", "reopened"),
    "closed": ("reopened",),
    "reopened": ("answered", "sorted", "solved", "closed"),
}


def following(state: State) -> tuple[State, ...]:
    """Return the states that may follow."""
    return _FORWARD[state]


def checked(state: State, to: State, *, done: str, reason: str, told: bool, solved: bool) -> None:
    """Check that one state may follow another with what is said of it.

    Parameters
    ----------
    state, to
        Before and after; the same where only something is noted, or it changes hands.
    done
        What was done.
    reason
        Why.
    told
        Whether the customer was told, now or before.
    solved
        Whether it was solved in this round.

    Raises
    ------
    ConflictError
        If it may not follow: somebody else was faster, or a step was left out.
    BadInputError
        If something has to be said with it.
    """
    if to != state and to not in _FORWARD[state]:
        raise ConflictError(
            "A follow-up that is {state} cannot become {to}. It can become {following}.",
            state=state,
            to=to,
            following=" or ".join(_FORWARD[state]),
        )
    if to == state:
        return
    if to == "solved" and not done.strip():
        raise BadInputError("Say what was done: a follow-up is solved by something.")
    if to == "reopened" and not reason.strip():
        raise BadInputError("Say why it is opened again.")
    if to == "closed" and not (solved and told) and not reason.strip():
        raise BadInputError(
            "Say why it is closed although it was not solved, or the customer was not told."
        )
