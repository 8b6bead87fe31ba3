"""The page of the bond."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.kit.ask import Ask
from valence.value import bond_history_view, bond_view
from valence.value.bond_answers import bonds_of
from valence.value.bond_definition import BOND_KIND, BondDefinition
from valence.value.pages.router import built_of, defined, empty, pages


@pages.get("/value/bond", permission="value:read")
def bond_page(ask: Ask) -> Response:
    """Show how strongly customers are bonded, and what the index rests on."""
    found, fmt = bonds_of(ask.reader), ask.format
    if found is None or not found.customers:
        will = message("How strong each customer's bond is, and what that rests on.")
        title = message("Bond")
        return ask.page(
            "kit/empty.html", title=title, question=bond_view.ASKED, empty=empty(ask, will)
        )
    past = bond_history_view.history_of(ask.reader)
    return ask.page(
        "value/bond.html",
        question=bond_view.ASKED,
        answer=bond_view.answer(found, fmt),
        figures=bond_view.figures(found, fmt),
        tiers=bond_view.by_tier(found, fmt),
        parts=bond_view.parts(found, fmt),
        over_time=bond_history_view.over_time(past, fmt),
        stayed=bond_history_view.stayed(past, fmt),
        past_how=bond_history_view.how(built_of(ask, "bond_history")),
        how=bond_view.how(
            built_of(ask, "bonds"), defined(ask, BOND_KIND, BondDefinition, "customers"), fmt
        ),
        next=bond_view.steps(found, fmt),
    )
