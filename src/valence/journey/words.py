"""Names of stages, touchpoints and measures in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.kit.format import Formats

STAGES: Mapping[str, Message] = {
    "aware": message("Aware"),
    "consider": message("Consider"),
    "buy": message("Buy"),
    "use": message("Use"),
    "service": message("Service"),
    "loyal": message("Loyal"),
    "recommend": message("Recommend"),
    # of the AIDA template
    "attention": message("Attention"),
    "interest": message("Interest"),
    "desire": message("Desire"),
    "action": message("Action"),
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
METRICS: Mapping[str, Message] = {
    "nps": message("NPS"),
    "csat": message("CSAT"),
    "ces": message("CES"),
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
ASPECTS: Mapping[str, Message] = {  # as experience finds them in words
    "price": message("Price"),
    "delivery": message("Delivery"),
    "quality": message("Quality"),
    "staff": message("Staff"),
    "speed": message("Speed"),
    "app": message("App"),
    "returns": message("Returns"),
    "service": message("Service"),
    "range": message("Choice"),
    "packaging": message("Packaging"),
    "payment": message("Payment"),
}
KINDS: Mapping[str, Message] = {
    "low_score": message("low score"),
    "negative_text": message("negative words"),
    "standard_broken": message("standard not kept"),
    "repeat_contact": message("came again about the same"),
}


def named(names: Mapping[str, Message], name: str | None, fmt: Formats) -> str:
    """Return a name in the reader's language; a brand's own names as they are."""
    if not name:
        return "–"
    title = names.get(name) or names.get(name.lower())
    return name if title is None else fmt.language.worded(title)


def points(value: float, fmt: Formats) -> str:
    """Return a score as it is written: whole points, with a true minus."""
    return fmt.integer(round(value)).replace("-", "−")
