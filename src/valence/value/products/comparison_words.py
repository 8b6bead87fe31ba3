"""The codes that a comparison of entry products speaks in; apart from it, as it loads SciPy."""

from __future__ import annotations

PRODUCT, CATEGORY, ALL = "product", "category", "all"
TOO_FEW, NOT_ALIKE, ALONE = "too few customers", "too few alike", "no other to compare with"
MORE, LESS, SAME = "more", "less", "not told apart"
