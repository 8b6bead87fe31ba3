"""Surveys on the command line: `valence experience surveys|survey|invite|code|held|collect`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TextIO
from uuid import UUID

import typer

from valence.core.errors import BadInputError, did_you_mean
from valence.experience.commands.group import experience
from valence.experience.surveys.codes import CHANNEL, make_code
from valence.experience.surveys.inviting import Asking, Invited, invite
from valence.experience.surveys.landing import land
from valence.experience.surveys.links import address_of, href, qr_svg
from valence.experience.surveys.rates import likeness
from valence.experience.surveys.results import results
from valence.experience.surveys.review import DECISIONS, held
from valence.experience.surveys.spam import REASONS
from valence.experience.surveys.standing import (
    likeness_told,
    result_told,
    survey_of,
    surveys_of,
)
from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    open_brand,
    print_json,
    print_table,
    say,
)
from valence.kit.opened import OpenBrand
from valence.people.normalise import ID_TYPES
from valence.people.vault import Vault
from valence.store import Unit
from valence.trust.actor import LOCAL
from valence.trust.audit import record

Survey = Annotated[str, typer.Argument(help="Name of the survey, as `surveys` lists it.")]
Where = Annotated[str, typer.Option("--where", help="A rule over the customers; empty: all.")]
Share = Annotated[
    float | None, typer.Option("--share", help="Share of those who may be asked, such as 0.2.")
]
Channel = Annotated[str, typer.Option("--channel", help="How links are sent; else the survey's.")]
Touchpoint = Annotated[str, typer.Option("--touchpoint", help="What it is about.")]
Consent = Annotated[
    str,
    typer.Option(
        "--consent-elsewhere",
        help="Where consent is kept and looked at before anything is sent, such as the mail tool; "
        "noted in the audit trail.",
    ),
]
Contact = Annotated[
    str, typer.Option("--with", help="Contact to put beside each link: email, phone, user_id…")
]
Out = Annotated[Path | None, typer.Option("--out", help="File to write; else standard output.")]


@contextmanager
def _opened(folder: Path) -> Iterator[OpenBrand]:
    house = OpenBrand(open_brand(folder))
    try:
        yield house
    finally:
        house.close()


@experience.command("surveys", permission="experience:read")
def surveys(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print every survey: how many were asked, opened it, answered, and are held back.

    Example: valence experience surveys --json
    """
    with _opened(brand) as house, house.store.reading() as view:
        rows = [one.told() for one in surveys_of(view)]
    if as_json:
        print_json({"surveys": rows})
    elif rows:
        shown = ("survey", "state", "version", "asked", "opened", "answered", "visits_answered",
                 "held")  # fmt: skip
        print_table([{name: row[name] for name in shown} | {"rate": _rate(row)} for row in rows])
    else:
        say("No survey has been written yet. Write one at /definitions/survey, or as a file and "
            "bring it in with `valence definitions apply`.")  # fmt: skip


def _rate(row: dict[str, Any]) -> str:
    if row["response_share"] is None:
        return "not enough data"
    share, low, high = (100 * row[f"response_{name}"] for name in ("share", "low", "high"))
    return f"{share:.1f} % ({low:.1f} – {high:.1f})"


@experience.command("survey", permission="experience:read")
def survey(name: Survey, brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print what was said to each question of a survey, and whether those who answered are alike.

    Example: valence experience survey after-delivery
    """
    with _opened(brand) as house, house.store.reading() as view:
        one = survey_of(view, name)
        found = results(view, name, one.definition.minimum)
        alike = likeness(view, house.readers(), name, one.definition.minimum)
    rows = [result_told(result) for result in found]
    if as_json:
        print_json({**one.told(), "results": rows, "likeness": likeness_told(alike)})
        return
    print_table([one.told()])
    if rows:
        shown = ("question", "part", "kind", "n", "mean", "score", "low", "high")
        print_table([{key: row[key] for key in shown} for row in rows])
    for trait in alike.traits:
        if trait.unlike:
            what = f"{trait.trait} {trait.level}".strip()
            say(f"Those who answered differ in {what}: {trait.difference:+.2f} deviations.")


@experience.command("invite", permission="experience:invite")
def invite_command(  # noqa: PLR0913 - its options, each by its name
    name: Survey,
    brand: BrandFolder = HERE,
    *,
    where: Where = "",
    share: Share = None,
    channel: Channel = "",
    touchpoint: Touchpoint = "",
    consent: Consent = "",
    contact: Contact = "",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Make a link for each customer who may be asked, as CSV to send by your own mail tool.

    Example: valence experience invite after-delivery --where 'days_since_order <= 14' --share 0.2
    """
    if contact and contact not in ID_TYPES:
        fix = did_you_mean(contact, ID_TYPES)
        raise BadInputError("{kind!r} is no kind of contact. {fix}", kind=contact, fix=fix)
    asking = Asking(name, where, share, channel, touchpoint, consent)
    with _opened(brand) as house:
        found = invite(house, house.readers(), asking, LOCAL)
        links = _links(house, found, contact)
        _say_where(house)
    _say_left(found)
    if as_json:
        print_json(_told(found, links))
    elif out is None:
        _write(links, sys.stdout)
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            _write(links, file)
        say(f"Wrote {len(links)} links to {out}.")


def _say_where(house: OpenBrand) -> None:
    if not house.brand.settings.web.address:
        say(
            f"Links lead to {address_of(house.brand)}, on this machine alone: set `address` under "
            "[web] in valence.toml to where customers reach it."
        )


def _links(house: OpenBrand, found: Invited, contact: str) -> list[dict[str, Any]]:
    ids = [made.customer_id for made in found.made]
    known = {}
    if contact and ids:
        detail = {"kinds": [contact], "customers": len(ids)}
        house.store.transact(
            lambda unit: record(
                unit, LOCAL, "experience:reveal", f"survey:{found.survey}", detail=detail
            )
        )
        known = Vault(house.store, house.keyring).values(ids, contact, masked=False)
    return [
        {
            "customer_id": str(made.customer_id),
            **({contact: known.get(made.customer_id, "")} if contact else {}),
            "link": href(house, made.link),
            "expires_at": made.link.expires_at.isoformat(timespec="seconds"),
        }
        for made in found.made
    ]


def _told(found: Invited, links: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "survey": found.survey,
        "version": found.version,
        "run_id": found.run_id,
        "fitting": found.fitting,
        "made": len(found.made),
        "left_out": {str(left.reason): left.customers for left in found.left},
        "links": list(links),
    }


def _say_left(found: Invited) -> None:
    said = "; ".join(f"{left.customers} {left.reason}" for left in found.left)
    say(f"{found.fitting} customers fit, {len(found.made)} links were made"
        + (f"; left out: {said}." if said else "."))  # fmt: skip
    if any("no consent recorded" in str(left.reason) for left in found.left):
        say(
            "Consent is not recorded here yet. If the tool that sends your mail looks at it, say "
            "so: --consent-elsewhere 'our mail tool'."
        )


def _write(links: Sequence[dict[str, Any]], file: TextIO) -> None:
    if not links:
        return
    writer = csv.DictWriter(file, fieldnames=list(links[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(links)


@experience.command("code", permission="experience:invite")
def code(
    name: Survey,
    place: Annotated[str, typer.Argument(help="Store or spot where the code hangs.")],
    touchpoint: Touchpoint = "",
    days: Annotated[int, typer.Option("--days", help="Days for which it lasts.")] = 365,
    svg: Annotated[Path | None, typer.Option("--svg", help="File for the picture.")] = None,
    brand: BrandFolder = HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Make the link and the QR code of a place, that everybody who scans it answers by.

    Example: valence experience code after-visit "Soho" --touchpoint store --svg soho.svg
    """

    def work(unit: Unit) -> Any:
        return make_code(unit, name, place, touchpoint=touchpoint, days=days)

    with _opened(brand) as house:
        link = house.store.transact(work)
        address = href(house, link)
        _say_where(house)
    if svg is not None:
        svg.write_text(qr_svg(address, title=place), "utf-8")
        say(f"Wrote the picture to {svg}.")
    told = {"survey": name, "place": place, "touchpoint": touchpoint, "channel": CHANNEL,
            "link": address, "expires_at": link.expires_at}  # fmt: skip
    if as_json:
        print_json(told)
    else:
        typer.echo(address)


@experience.command("held", permission="experience:review")
def held_command(
    release: Annotated[UUID | None, typer.Option("--release", help="Let this one count.")] = None,
    drop: Annotated[UUID | None, typer.Option("--drop", help="Drop this one for good.")] = None,
    brand: BrandFolder = HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the answers that were held back and why; release or drop one.

    Example: valence experience held --release 019f2c3e-0000-7000-8000-000000000000
    """
    with _opened(brand) as house:
        for do, which in (("release", release), ("drop", drop)):
            if which is not None:
                _decide(house, do, which)
        with house.store.reading() as view:
            found = held(view, limit=1000)
    rows = [
        {
            "response": str(one.response["response_id"]),
            "survey": one.response["survey"],
            "why": str(REASONS[one.response["held_reason"]]),
            "at": one.response["completed_at"],
        }
        for one in found
        if one.response is not None
    ]
    if as_json:
        print_json({"held": rows})
    elif rows:
        print_table(rows)
    else:
        say("No answer is held back.")


def _decide(house: OpenBrand, do: str, which: UUID) -> None:
    house.store.transact(lambda unit: DECISIONS[do](unit, which, LOCAL))


@experience.command("collect", permission="experience:review")
def collect(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Bring answers that count into the data now; a running `valence serve` does it by itself.

    Example: valence experience collect
    """
    with _opened(brand) as house:
        landed = land(house)
    if as_json:
        print_json({"landed": landed})
    else:
        say(f"{landed} answered surveys came in. The next `valence build` counts them.")
