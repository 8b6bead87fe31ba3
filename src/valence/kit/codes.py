"""What published codes are called on any page: tiers, segments, touchpoints, lengths of time.

The same English sentences as where they are published, so that one translation serves both.
"""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.kit.format import Formats

# Questions that one conversation gives many rows of: they show why, not how often, so that no count
# of texts and no follow-up takes them for customers who each wrote by themselves.
INTERVIEWER = "interview_question"  # what whoever asks says: no customer's word
AT_LENGTH = ("interview", "focus_group", INTERVIEWER)

TIERS: Mapping[str, Message] = {
    "top": message("Top"),
    "middle": message("Middle"),
    "base": message("Base"),
}
SEGMENTS: Mapping[str, Message] = {
    "champions": message("Champions"),
    "loyal": message("Loyal"),
    "potential_loyalist": message("Potential loyalist"),
    "new": message("New"),
    "promising": message("Promising"),
    "need_attention": message("Need attention"),
    "about_to_sleep": message("About to sleep"),
    "at_risk": message("At risk"),
    "cannot_lose": message("Cannot lose them"),
    "hibernating": message("Hibernating"),
    "lost": message("Lost"),
}
TOUCHPOINTS: Mapping[str, Message] = {
    "message opened": message("Message opened"),
    "visit": message("Visit"),
    "search": message("Search"),
    "product": message("Product page"),
    "basket": message("Basket"),
    "checkout": message("Checkout"),
    "payment": message("Payment"),
    "order": message("Order"),
    "delivery": message("Delivery"),
    "app": message("App"),
    "return": message("Return"),
    "service contact": message("Service contact"),
    "benefit": message("Benefit"),
    "review": message("Review"),
    "referral": message("Referral"),
}
STAGES: Mapping[str, Message] = {
    "aware": message("Aware"),
    "consider": message("Consider"),
    "buy": message("Buy"),
    "use": message("Use"),
    "service": message("Service"),
    "loyal": message("Loyal"),
    "recommend": message("Recommend"),
    # of the AIDA template and of the funnel purchase
    "attention": message("Attention"),
    "interest": message("Interest"),
    "desire": message("Desire"),
    "action": message("Action"),
    "bought": message("Has bought"),
}
RUNGS: Mapping[str, Message] = {
    "off": message("Stepped off"),
    "tries": message("Tries"),
    "buys": message("Buys"),
    "buys_more": message("Buys more"),
    "buys_often": message("Buys often"),
    "buys_only_here": message("Buys only here"),
    "buys_premium": message("Buys premium"),
    "recommends": message("Recommends"),
}
BONDS: Mapping[str, Message] = {
    "none": message("No bond"),
    "weak": message("Weak bond"),
    "strong": message("Strong bond"),
}
CHANNELS: Mapping[str, Message] = {
    "web": message("Website"),
    "app": message("App"),
    "store": message("Store"),
    "email": message("E-mail"),
    "mail": message("E-mail"),
    "phone": message("Phone"),
    "chat": message("Chat"),
    "sms": message("SMS"),
    "push": message("Push message"),
    "wechat": message("WeChat"),
    "social": message("Social media"),
}
# What words and contacts are about.
ASPECTS: Mapping[str, Message] = {
    "price": message("Price"),
    "delivery": message("Delivery"),
    "quality": message("Quality"),
    "staff": message("Staff"),
    "speed": message("Speed"),
    "app": message("App and website"),
    "returns": message("Returns and refunds"),
    "service": message("Customer service"),
    "choice": message("Choice"),
    "packaging": message("Packaging"),
    "payment": message("Payment"),
}
_UNITS = (
    (86_400.0, message("{n} days")),
    (3_600.0, message("{n} h")),
    (60.0, message("{n} min")),
    (1.0, message("{n} s")),
)


def lasting(seconds: float | None, fmt: Formats) -> str:
    """Return a length of time in its own unit: 3.2 days, 5 h, 12 min."""
    if seconds is None:
        return "–"
    size, said = next((unit for unit in _UNITS if seconds >= unit[0] * 1.5), _UNITS[-1])
    n = seconds / size
    return fmt.language.worded(said.text, n=fmt.number(n, 1 if n < 10 else 0))


def named(names: Mapping[str, Message], name: str | None, fmt: Formats) -> str:
    """Return a name in the reader's language; a brand's own names as they are."""
    if not name:
        return "–"
    title = names.get(name) or names.get(name.lower())
    return name if title is None else fmt.language.worded(title)
