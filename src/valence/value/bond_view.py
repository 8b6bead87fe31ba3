"""The page of the bond in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.format import Formats
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.value.bond import LEVELS
from valence.value.bond_answers import Bonds
from valence.value.bond_definition import BondDefinition
from valence.value.bond_words import BONDS
from valence.value.words import quoted, tier_title

ASKED = message("How strongly are customers bonded to us?")
PART_TITLES: Mapping[str, Message] = {
    "purchase": message("How they buy"),
    "service": message("Service, benefits, channels used"),
    "experience": message("How it felt"),
    "advocacy": message("Recommend us"),
}
_BRING: Mapping[str, Message] = {
    "purchase": message("comes with the orders"),
    "service": message("import service contacts; discounts and channels come with the orders"),
    "experience": message("import answers (feedback): NPS, CSAT, CES, ratings"),
    "advocacy": message("import NPS answers, or events named referral"),
}


def answer(found: Bonds, fmt: Formats) -> Answer:
    """Return how many bonds are strong and what they bring."""
    strong, value = found.of("strong")
    if found.only:
        return Answer(
            message(
                "No bond can be called strong yet: only one part of four has data ({name}), and "
                "a bond is never one thing alone.",
                name=PART_TITLES[found.only],
            ),
            rest=message("The table below says what to import for the others."),
        )
    core = message(
        "{share} of customers ({n}) have a strong bond and bring {value} of the value of the "
        "last 12 months.",
        share=fmt.percent(strong / found.customers),
        n=fmt.integer(strong),
        value=fmt.percent(value / found.value) if found.value else "–",
    )
    missing = [PART_TITLES[part.name] for part in found.parts() if not part.known]
    if not missing:
        return Answer(core)
    names = ", ".join(fmt.language.worded(title) for title in missing)
    return Answer(core, rest=message("Not known, so not counted: {names}.", names=names))


def figures(found: Bonds, fmt: Formats) -> list[Figure]:
    """Return customers with each strength of bond, and the mean index."""
    made = []
    for level in reversed(LEVELS):
        n, value = found.of(level)
        each = fmt.money_short(value / n) if n else "–"
        made.append(
            Figure(
                BONDS[level],
                fmt.integer(n),
                note=message("{each} a customer in 12 months", each=each),
                href=_page(f'bond == "{level}"'),
            )
        )
    index = None if found.index is None else fmt.number(found.index, 0)
    return [*made, Figure(message("Mean index, 0–100"), index)]


def by_tier(found: Bonds, fmt: Formats) -> Chart:
    """Return the share of strong bonds in each value tier."""
    title = message("Are the valuable ones bonded?")
    if found.only:
        why = message("Not enough data: while one part alone has data, no bond can be strong.")
        return too_little("bond-tiers", title, why)
    rows, shown, links = [], [], []
    for tier in found.tiers:
        counts = {level: found.of(level, tier)[0] for level in LEVELS}
        n = sum(counts.values())
        words = tier_title(tier)
        name = fmt.language.worded(words) if isinstance(words, Message) else words
        of_tier = f"tier == {quoted(tier)}"
        where = f'{of_tier} and bond == "strong"'
        shown.append(Bar(name, counts["strong"] / n if n else None, href=_page(where)))
        links.append(_page(of_tier))
        rows.append([name, n, *(counts[level] for level in LEVELS), counts["strong"] / n])
    made = bars(
        fmt,
        "bond-tiers",
        title,
        shown,
        unit="percent",
        name=message("Value tier"),
        value_name=message("With a strong bond"),
        sort=False,
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Value tier"), "text"),
        (message("Customers"), "int"),
        *((BONDS[level], "int") for level in LEVELS),
        (message("With a strong bond"), "percent"),
    )
    table = DataTable("bond-tiers-table", headers, rows, links=links)
    return Chart(made.id, title, made.option, table, size=made.size).answering(
        message("Valuable customers without a strong bond are the first to lose.")
    )


def parts(found: Bonds, fmt: Formats) -> Chart:
    """Return what the index rests on."""
    title = message("What does the index rest on?")
    known = found.parts()
    made = bars(
        fmt,
        "bond-parts",
        title,
        [Bar(_title(p.name, fmt), p.mean) for p in known if p.known],
        unit="percent",
        name=message("Part"),
        value_name=message("Mean of those with data"),
        sort=False,
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Part"), "text"),
        (message("Customers with data"), "int"),
        (message("Mean"), "percent"),
        (message("More of it"), "text"),
    )
    rows = [
        [_title(p.name, fmt), p.known, p.mean, fmt.language.worded(_BRING[p.name])] for p in known
    ]
    table = DataTable("bond-parts-table", headers, rows, absent=message("no data"))
    return Chart(made.id, title, made.option, table, size=made.size).answering(
        message("A part without data of a customer is left out of that customer's index.")
    )


def steps(found: Bonds, fmt: Formats) -> list[Step]:
    """Return what makes sense next: while no bond can be strong, what to bring for that."""
    limits = Step(message("Change weights and limits of the index"), "/definitions")
    if found.only:
        why = message("then bonds can be told strong from weak")
        return [Step(message("Import answers or service contacts"), "/imports", why), limits]
    top = found.tiers[0] if found.tiers else ""
    loose = sum(found.of(level, top)[0] for level in ("none", "weak"))
    return [
        Step(
            message("See the valuable ones without a strong bond"),
            _page(f'tier == {quoted(top)} and bond != "strong"'),
            message("{n} customers", n=fmt.integer(loose)),
        ),
        limits,
    ]


def how(built: Message | str, definition: BondDefinition, fmt: Formats) -> How:
    """Return how the index is made."""
    return How(
        message(
            "Four parts between 0 and 1. How they buy: own rhythm kept, how often, over how many "
            "categories. Service: was in contact, used a benefit, used a second channel. How it "
            "felt: scores of the last twelve months, and few complaints. Recommend us: the last "
            "NPS answer, or a referral. The index is their weighted mean × 100. A bond is strong "
            "from {strong} on if at least two parts reach a half, so never by frequency alone, and "
            "weak from {weak} on.",
            strong=_limit(definition.strong_from, fmt),
            weak=_limit(definition.weak_from, fmt),
        ),
        formula=message("index = 100 × Σ weight × part / Σ weight, over the parts with data"),
        source=message("house rule"),
        inputs=("bonds", "customers", "customer_voice"),
        built=built,
        links=((message("How the table was built"), "/builds/tables/bonds"),),
    )


def _limit(points: float, fmt: Formats) -> str:
    return fmt.number(points, 0 if points == int(points) else 1)


def _title(part: str, fmt: Formats) -> str:
    return fmt.language.worded(PART_TITLES[part])


def _page(where: str) -> str:
    shown = ("customer_id", "bond", "bond_index", "bond_missing", "value_12m_amount", "tier",
             "days_since_order")  # fmt: skip
    asked = {"where": where, "sort": "-value_12m_amount", "show": shown}
    return f"/customers?{urlencode(asked, doseq=True)}"
