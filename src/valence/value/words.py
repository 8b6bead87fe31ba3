"""What the codes of value are called on a screen: tiers, segments, the basis of value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.kit.format import Formats
from valence.value.segments import SEGMENTS

TIERS: Mapping[str, Message] = {
    "top": message("Top"),
    "middle": message("Middle"),
    "base": message("Base"),
}
SEGMENT_TITLES: Mapping[str, Message] = {code: one.title for code, one in SEGMENTS.items()}
BASIS: Mapping[str, Message] = {
    "margin": message("contribution margin"),
    "margin_rate": message("net revenue × margin rate"),
    "net_revenue": message("net revenue"),
    "mixed": message("contribution margin where cost is known, else net revenue"),
}
FORMULAS: Mapping[str, Message] = {
    "margin": message("value = sold − returned − cost of goods"),
    "margin_rate": message("value = (sold − returned) × margin rate of the settings"),
    "net_revenue": message("value = sold − returned, net of tax and discount"),
    "mixed": message(
        "value = sold − returned − cost of goods; where cost is unknown, the margin rate of the "
        "settings, else net revenue"
    ),
}


def tier_title(name: str) -> Message | str:
    """Return the name of a tier; a brand's own names are shown as they are."""
    return TIERS.get(name, name)


def segment_title(code: str) -> Message | str:
    """Return the name of a segment."""
    return SEGMENT_TITLES.get(code, code)


def customers_page(where: str, sort: str = "-value_amount") -> str:
    """Return the address of the customers that a rule finds."""
    return f"/customers?{urlencode({'where': where, 'sort': sort})}"


def quoted(text: str) -> str:
    """Return a text as the rule language writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def percent_digits(shares: Iterable[float]) -> int:
    """Return how many digits a table of bare percents needs: none from 10 % up, two below 1 %."""
    most = max(shares, default=0.0)
    return 0 if most >= 0.1 or most == 0 else 1 if most >= 0.01 else 2


def bare_percent(share: float, digits: int) -> str:
    """Return a share (0 to 1) as percent without its sign, for a table; 0 is for nothing at all."""
    if share == 0:
        return "0"
    figure = f"{share * 100:.{digits}f}"
    if float(figure):
        return figure
    return f"{'<' if share > 0 else '>-'}{10**-digits:.{digits}f}"


def sentences(fmt: Formats, *said: Message) -> str:
    """Return sentences one after the other: Chinese ones stand without a space."""
    return ("" if fmt.chinese else " ").join(fmt.language.worded(one) for one in said)
