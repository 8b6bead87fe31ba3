"""What the codes of products are called on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from valence.core.messages import Message, message
from valence.value.products.comparison_words import (
    ALONE,
    CATEGORY,
    LESS,
    MORE,
    NOT_ALIKE,
    PRODUCT,
    SAME,
    TOO_FEW,
)
from valence.value.products.matrix import FEW, IMAGE, OTHER, STAR, TRAFFIC

KINDS: Mapping[str, Message] = {
    STAR: message("Star"),
    TRAFFIC: message("Traffic product"),
    IMAGE: message("Image product"),
    OTHER: message("Other product"),
    FEW: message("Not judged"),
}
MANY: Mapping[str, Message] = {
    STAR: message("Stars"),
    TRAFFIC: message("Traffic products"),
    IMAGE: message("Image products"),
    OTHER: message("Other products"),
}
TONES: Mapping[str, str] = {STAR: "main", TRAFFIC: "", IMAGE: "good", OTHER: "", FEW: "empty"}
LEVELS: Mapping[str, Message] = {PRODUCT: message("Product"), CATEGORY: message("Category")}
VERDICTS: Mapping[str, Message] = {
    MORE: message("more than others"),
    LESS: message("less than others"),
    SAME: message("not told apart"),
}
WHY_NOT: Mapping[str, Message] = {
    TOO_FEW: message("too few customers"),
    NOT_ALIKE: message("too few comparable customers"),
    ALONE: message("no other to compare with"),
}


def product_page(namespace: str, product_id: str) -> str:
    """Return the address of a product's page."""
    return f"/products/{quote(namespace, safe='')}/{quote(product_id, safe='')}"
