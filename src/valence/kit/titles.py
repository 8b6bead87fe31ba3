"""What the tables of the lake are called on a page."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.lake.internal import IDENTIFIER_MAP

# Canonical tables are named in code; a reader meets them by these words.
TABLE_TITLES: Mapping[str, Message] = {
    "orders": message("Orders"),
    "order_lines": message("Order lines"),
    "products": message("Products"),
    "identifiers": message("Identifiers"),
    "events": message("Events"),
    "feedback": message("Feedback"),
    "contacts": message("Service contacts"),
    "messages": message("Messages"),
    "spend": message("Advertising spend"),
    "exposures": message("Exposures"),
    "fx_rates": message("Exchange rates"),
    "imports": message("Imports"),
    IDENTIFIER_MAP.name: message("Who is who"),
}
