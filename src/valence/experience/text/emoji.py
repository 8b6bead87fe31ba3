"""Emoji: what a text without words says all the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from valence.experience.text.codes import Batch

_GOOD = (
    "😀😃😄😁😆😊🙂😉😍🥰😘😗☺😚😙😋😎🤩🥳😇🤗👍👏🙌👌✌💪💯❤🧡💛💚💙💜🖤💕💖💗"
    "💓💞💘💝😻🌹🌸🎉✨⭐🌟🔥🙏🤝✅"
)
_BAD = "😞😔😟😕🙁☹😣😖😫😩😢😭😤😠😡🤬😱😨😰😥😓🙄😒😑🤮🤢👎💔😾🤦🖕💩❌⛔😵🥵😿🤨"
_SIGN = {**dict.fromkeys(map(ord, _GOOD), 1), **dict.fromkeys(map(ord, _BAD), -1)}
_KNOWN = np.array(sorted(_SIGN), np.uint32)
_VALUE = np.array([_SIGN[int(code)] for code in _KNOWN], np.int64)


def emoji_balance(texts: Batch) -> NDArray[np.float64]:
    """Return, for each text, its emoji of joy less those of anger."""
    far = np.flatnonzero(texts.codes >= 0x2600)
    codes = texts.codes[far]
    at = np.minimum(np.searchsorted(_KNOWN, codes), len(_KNOWN) - 1)
    held = _KNOWN[at] == codes
    weights = _VALUE[at[held]].astype(np.float64)
    sums = np.bincount(texts.text_of[far[held]], weights=weights, minlength=len(texts))
    return sums.astype(np.float64)
