"""What answers are told apart by: what they say themselves, the journey, and who gave them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError, did_you_mean
from valence.experience.traits import OF_CUSTOMER
from valence.lake.moments import DAY, micros_of
from valence.lake.portable import given
from valence.lake.reading import Tables

OF_ANSWER = ("touchpoint", "stage", "channel", "store", "agent", "language", "source")
MONTH = "month"
BY = (*OF_ANSWER, *OF_CUSTOMER, MONTH)
CONTACT_DAYS = 30  # a contact longer before an answer is not what it is about


def checked(by: str, known: tuple[str, ...] = BY) -> str:
    """Return what answers are told apart by, if they can be.

    Raises
    ------
    BadInputError
        If they cannot.
    """
    if by not in known:
        raise BadInputError(
            "Answers cannot be told apart by {by!r}. {near} Choose one of {names}.",
            by=by,
            near=did_you_mean(by, known),
            names=", ".join(known),
        )
    return by


def told_apart(tables: Tables, answers: ir.Table, by: str) -> ir.Table:
    """Return answers with `name`, the group of each; missing where nobody can tell.

    Parameters
    ----------
    tables
        The published tables: those that a group is known from and that are not there know none.
    answers
        Rows of the mart `answers`.
    by
        One of `BY`.
    """
    if by in OF_CUSTOMER:
        return with_trait(tables, answers, by)
    if by == MONTH:
        on = answers.on
        month = on.month().cast("string").lpad(2, "0")
        return answers.mutate(name=on.year().cast("string") + "-" + month)
    if by == "store" and tables.has("order_facts"):
        answers = with_store(answers, tables.table("order_facts"))
    if by in ("stage", "agent"):
        if not tables.has("touchpoint_names"):
            answers = answers.mutate(stage=ibis.null("string"))
        elif by == "stage":
            answers = with_stage(answers, tables.table("touchpoint_names"))
        else:
            answers = with_agent(answers, contacts_of(tables), tables.table("touchpoint_names"))
    return answers.mutate(name=answers[by].nullif(""))


def contacts_of(tables: Tables) -> ir.Table:
    """Return canonical contacts with the customer of each."""
    known = tables.table("identifier_map").select("id_key", "customer_id")
    return tables.table("contacts").left_join(known, "id_key").drop("id_key_right")


def with_trait(tables: Tables, answers: ir.Table, trait: str, name: str = "name") -> ir.Table:
    """Return answers with what is known of the customer now, such as the value tier."""
    if not tables.has("customers") or trait not in tables.table("customers").columns:
        return answers.mutate(**{name: ibis.null("string")})
    customers = tables.table("customers")
    known = customers.select("customer_id", **{name: customers[trait].nullif("")})
    return answers.left_join(known, "customer_id").drop("customer_id_right")


def with_store(answers: ir.Table, order_facts: ir.Table) -> ir.Table:
    """Return answers with the store that each is about: as it says, else that of its order."""
    stores = order_facts.filter(order_facts.store.notnull(), order_facts.customer_id.notnull())
    stores = stores.group_by("order_id", "customer_id").agg(sold_at=stores.store.min())
    joined = answers.left_join(stores, ["order_id", "customer_id"])
    joined = joined.mutate(store=ibis.coalesce(joined.store.nullif(""), joined.sold_at))
    return joined.drop("order_id_right", "customer_id_right", "sold_at")


def with_stage(answers: ir.Table, names: ir.Table) -> ir.Table:
    """Return answers with the stage of the journey that their touchpoint belongs to.

    Parameters
    ----------
    answers
        With `touchpoint`, in the source's words.
    names
        `touchpoint_names`: what answers may call each touchpoint.
    """
    stages = names.select(called=names.name, stage=names.stage)
    return answers.left_join(stages, answers.touchpoint.lower() == stages.called).drop("called")


def with_agent(answers: ir.Table, contacts: ir.Table, names: ir.Table) -> ir.Table:
    """Return answers with the agent that each is about.

    As the answer says; else, where it is about a touchpoint that contacts are, who answered the
    customer's last contact within 30 days before it.

    Parameters
    ----------
    answers
        Rows of the mart `answers`.
    contacts
        Canonical contacts with `customer_id`.
    names
        `touchpoint_names`.
    """
    served = names.filter(names.source == "contacts").select(called=names.name)
    asked = answers.filter(answers.agent.nullif("").isnull(), answers.customer_id.notnull())
    asked = asked.semi_join(served, asked.touchpoint.lower() == served.called)
    asked = asked.select("source", "feedback_id", "customer_id", answered=micros_of(asked["at"]))
    met = given(contacts, "customer_id", "opened_at", "agent")
    met = met.filter(met.agent.nullif("").notnull()).select(
        "agent", who=met.customer_id, opened=micros_of(met.opened_at)
    )
    pairs = asked.join(met, asked.customer_id == met.who)
    since = pairs.answered - CONTACT_DAYS * DAY
    pairs = pairs.filter(pairs.opened <= pairs.answered, pairs.opened >= since)
    # Of two at one moment the first by name, or each engine would take another.
    place = ibis.row_number().over(
        group_by=[pairs.source, pairs.feedback_id], order_by=[pairs.opened.desc(), pairs.agent]
    )
    pairs = pairs.mutate(_place=place)
    last = pairs.filter(pairs._place == 0).select("source", "feedback_id", served_by="agent")
    joined = answers.left_join(last, ["source", "feedback_id"])
    joined = joined.mutate(agent=ibis.coalesce(joined.agent.nullif(""), joined.served_by))
    return joined.drop("source_right", "feedback_id_right", "served_by")
