"""What the published codes are called on the pages of customers.

The same English sentences as where they are published, so that one translation serves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from valence.core.messages import Message, message

TIER_TONES = {"top": "main", "middle": "", "base": ""}
MEANINGS: Mapping[str, Message] = {
    "champions": message("Bought lately, often and for much."),
    "loyal": message("Buy often and for much, and not long ago."),
    "potential_loyalist": message("Bought lately, and more than once or for a fair amount."),
    "new": message("Bought very lately, little so far."),
    "promising": message("Bought lately, little so far."),
    "need_attention": message("In the middle in every respect, and neither coming nor going."),
    "about_to_sleep": message("Bought little, and a while ago."),
    "at_risk": message("Used to buy often or for much, but long ago."),
    "cannot_lose": message("Were among the best, and have not come for long."),
    "hibernating": message("Bought little, and long ago."),
    "lost": message("Bought little, and longest ago."),
}
BREADTH: Mapping[str, Message] = {
    "categories": message("Categories bought"),
    "products": message("Products bought"),
}
COUNTED: Mapping[str, Message] = {
    "categories": message("categories"),
    "products": message("products"),
    "mixed": message("categories, and products without one"),
}
ORDER_KINDS: Mapping[str, Message] = {
    "sale": message("Order"),
    "return": message("Return"),
    "adjustment": message("Adjustment"),
    "cancelled": message("Cancelled order"),
}
BASIS: Mapping[str, Message] = {
    "margin": message("contribution margin"),
    "margin_rate": message("net revenue × margin rate"),
    "net_revenue": message("net revenue"),
    "mixed": message("contribution margin where cost is known, else net revenue"),
}
ID_TYPES: Mapping[str, Message] = {
    "name": message("name"),
    "address": message("address"),
    "user_id": message("user id"),
    "external_id": message("id in another system"),
    "loyalty_no": message("loyalty number"),
    "email": message("e-mail address"),
    "phone": message("phone number"),
    "device": message("device"),
    "cookie": message("cookie"),
    "wechat_openid": message("WeChat OpenID"),
    "wechat_unionid": message("WeChat UnionID"),
}


def worded(words: Mapping[str, Message], code: str | None) -> Message | str:
    """Return what a code is called; a code that is not ours is shown as it is."""
    return "" if code is None else words.get(code, code)


def customers_page(where: str, sort: str = "-value_amount") -> str:
    """Return the address of the customers that a rule finds."""
    return f"/customers?{urlencode({'where': where, 'sort': sort})}"


def quoted(text: str) -> str:
    """Return a text as the rule language writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
