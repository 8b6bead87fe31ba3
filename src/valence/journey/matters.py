"""Matters: which contacts of a customer are about the same, and which came before and after."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from valence.lake.moments import micros_of
from valence.lake.portable import bare, folded

READ = ("customer_id", "source", "contact_id", "case_id", "category", "opened_at")


def beside(t: ir.Table, *, before: Sequence[str] = (), after: Sequence[str] = ()) -> ir.Table:
    """Add to each contact what is asked of the one before and of the one after on its matter.

    The same matter is the same case, or the same category whatever its case: sources that open a
    case for each contact would otherwise hide that customers come again. Without a case and a
    category a contact is of no matter, and none is beside it. Contacts at one moment stand in the
    order of `source` and `contact_id`.

    Parameters
    ----------
    t
        Contacts with the columns of `READ`.
    before, after
        Further columns to take from the contact before, and from the one after.

    Returns
    -------
    Table
        With `micros` (int: when it was opened), `before_micros`, `after_micros`, and `before_NAME`,
        `after_NAME` of the columns asked for.
    """
    t = t.mutate(
        micros=micros_of(t.opened_at),
        case=bare(t.case_id).nullif(""),
        about=folded(t.category),
    )
    asked = [("before", name) for name in ("micros", *before)]
    asked += [("after", name) for name in ("micros", *after)]
    found = {}
    for key in ("case", "about"):
        along = ibis.window(
            group_by=("customer_id", key), order_by=("micros", "source", "contact_id")
        )
        # Contacts without a case, or a category, would all be of one: theirs is no matter at all.
        for side, name in asked:
            near = t[name].lag() if side == "before" else t[name].lead()
            found[f"{side}_{name}_{key}"] = (
                t[key].notnull().ifelse(near.over(along), ibis.null(t[name].type()))
            )
    t = t.mutate(**found)
    gaps = {
        "before": t.before_micros_case >= t.before_micros_about,
        "after": t.after_micros_case <= t.after_micros_about,
    }
    nearer = {
        side: ibis.coalesce(gap, t[f"{side}_micros_case"].notnull()) for side, gap in gaps.items()
    }
    t = t.mutate(
        **{
            f"{side}_{name}": nearer[side].ifelse(
                t[f"{side}_{name}_case"], t[f"{side}_{name}_about"]
            )
            for side, name in asked
        }
    )
    return t.drop("case", "about", *found)
