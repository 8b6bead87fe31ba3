"""The closed loop: `valence experience follow-ups` and `valence experience follow-up`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from valence.core.errors import BadInputError, did_you_mean
from valence.experience.commands.group import experience
from valence.experience.followups import answers
from valence.experience.followups.answers import Shown
from valence.experience.followups.book import Change, Move
from valence.experience.followups.figures import Share
from valence.experience.followups.helped_view import helped
from valence.experience.followups.listing import WHICH, Wanted, Which
from valence.experience.followups.states import STATES, State
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import published_tables
from valence.trust.actor import LOCAL

_ID = Annotated[str, typer.Argument(metavar="ID", help="As `follow-ups` prints it.")]


@experience.command("follow-ups", permission="experience:read")
def follow_ups(
    brand: BrandFolder = HERE,
    which: Annotated[
        str, typer.Option("--which", help=f"Which list: {', '.join(WHICH)}.")
    ] = "todo",
    owner: Annotated[str, typer.Option("--owner", help="Of one owner only.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Print whom somebody has to call, what is overdue first, and how well the loop is closed.

    Example: valence experience follow-ups --which overdue
    """
    known: dict[str, Which] = {each: each for each in WHICH}
    if which not in known:
        raise BadInputError(
            "There is no list {which!r}. {fix}", which=which, fix=did_you_mean(which, WHICH)
        )
    with published_tables(brand) as asked:
        wanted = Wanted(known[which], LOCAL.id, owner)
        found = answers.loop_of(asked.house, asked.tables, wanted, limit=limit)
        if as_json:
            items = [each.told() for each in found.rows]
            told = {"total": found.total, "items": items, "figures": found.figures()}
            print_json(asked.told(told))
            return
        print_table([_row(each, asked.fmt) for each in found.rows])
        kept, fmt = found.kept, asked.fmt
        say(f"{found.counts.to_do} to do, {found.counts.overdue} overdue; {found.total} listed.")
        say(f"Sorted out in time: {_share(kept.sorted, fmt)}; solved in time: "
            f"{_share(kept.solved, fmt)}.")  # fmt: skip
        back = found.recovery
        say(
            f"Recovered since: {back.customers.hits} of {back.customers.n} customers; they spent "
            f"{fmt.money(back.value)} in the {back.months} months after, which proves nothing."
        )
        say(str(helped(found.compared, fmt)))


@experience.command("follow-up", permission="experience:follow_up")
def follow_up(  # noqa: PLR0913 - the options of a command
    follow_up_id: _ID,
    brand: BrandFolder = HERE,
    state: Annotated[
        str, typer.Option("--state", help=f"What it becomes: {', '.join(STATES[1:])}.")
    ] = "",
    done: Annotated[str, typer.Option("--done", help="What was done.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    owner: Annotated[str, typer.Option("--owner", help="Who has it from now on.")] = "",
    *,
    told: Annotated[bool, typer.Option("--told", help="The customer was told.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print one follow-up with its changes; with --state and the others, move it on first.

    Example: valence experience follow-up 0193… --state solved --done "Sent again" --told
    """
    known: dict[str, State] = {each: each for each in STATES}
    if state and state not in known:
        raise BadInputError(
            "A follow-up cannot become {state!r}. {fix}",
            state=state,
            fix=did_you_mean(state, STATES[1:]),
        )
    with published_tables(brand) as asked:
        house = asked.house
        if state or done or reason or owner or told:
            move = Move(
                answers.id_of(follow_up_id),
                LOCAL.id,
                known[state] if state else None,
                owner or None,
                done,
                reason,
                told,
            )
            house.store.transact(lambda unit: answers.moved_on(house, unit, move))
        shown, changes = answers.one_of(house, asked.tables, follow_up_id)
        if as_json:
            print_json({**shown.told(), "changes": changes})
            return
        facts = {**_row(shown, asked.fmt), "words": shown.words}
        print_table([{"what": name, "": str(value)} for name, value in facts.items()])
        print_table([_change(each, asked.fmt) for each in changes])


def _row(each: Shown, fmt: Formats) -> dict[str, Any]:
    one = each.one
    return {
        "id": str(one.follow_up_id),
        "reason": f"{one.reason}: {one.matter}",
        "score": one.score,
        "where": one.touchpoint or one.channel or one.store,
        "customer": "not known" if each.label is None else str(each.label),
        "worth": fmt.money_short(each.worth),
        "state": one.state,
        "owner": one.owner,
        "due": fmt.instant(one.due_at),
        "overdue": each.overdue,
    }


def _change(change: Change, fmt: Formats) -> dict[str, Any]:
    return {
        "at": fmt.instant(change.changed_at),
        "who": change.actor,
        "state": change.state,
        "owner": change.owner,
        "done": change.done,
        "why": change.reason,
        "told": change.told,
    }


def _share(share: Share, fmt: Formats) -> str:
    if not share.enough:
        return f"not enough data (n = {share.n})"
    low, high = share.interval
    return f"{fmt.percent(share.value)} ({fmt.interval(low, high, 'percent')}, n = {share.n})"
