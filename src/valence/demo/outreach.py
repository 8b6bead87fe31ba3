"""Outreach: the monthly letter to those who agreed to it, and what became of each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from valence.demo.arrays import Flags, decimals, numbered, picked, where
from valence.demo.lived import DAY
from valence.demo.streams import Streams
from valence.demo.tables import Brand, instants

CHANNELS = ("email", "sms", "push", "wechat")
_SHARES = (0.42, 0.18, 0.18, 0.22)
_OPENED = np.array([0.24, 0.55, 0.12, 0.34])  # mean, by channel
_COST_YUAN = np.array([0.01, 0.05, 0.002, 0.02])
_AGREED = 0.2  # share of accounts
_CAMPAIGNS = ("new arrivals", "tea letter", "members week", "gift guide")


def messages(streams: Streams, brand: Brand) -> pa.Table:
    """Return one row per message: those of each month, sent at ten o'clock on a day of it.

    Messages bring nobody to buy and lose nobody: whatever seems to follow from them does not.
    """
    rng, accounts, customers = streams("messages"), brand.accounts, brand.customers
    of_system = accounts.system < 2  # shop and app: a card alone is not written to
    mine = np.flatnonzero(of_system & ~accounts.second & (rng.random(len(accounts)) < _AGREED))
    channel = rng.choice(len(CHANNELS), len(accounts), p=_SHARES)[mine]
    months = np.arange(brand.days // 30)
    day = months * 30 + 3 + rng.integers(0, 20, len(months))
    row, month = np.nonzero(accounts.opened_days[mine][:, None] < day[None, :])
    account, channel, at = mine[row], channel[row], day[month] * DAY + 10 * 3_600
    at = at + rng.integers(0, 3_000, len(at))
    person = accounts.person[account]
    keen = customers.message_sensitivity[person] / 0.245  # mean 1
    gone = brand.lived.left_days[person] < day[month]
    delivered = rng.random(len(at)) < 0.97
    opened = rng.random(len(at)) < np.minimum(_OPENED[channel] * keen, 0.9) * np.where(gone, 0.4, 1)
    clicked = rng.random(len(at)) < 0.12
    opened &= delivered
    open_at = at + 60 + (3_600 * rng.exponential(6.0, len(at))).astype(np.int64)
    click_at = open_at + 10 + rng.integers(0, 120, len(at))
    order = np.lexsort((account, at))

    def when(flags: Flags, seconds: np.ndarray) -> pa.Array:
        seen = flags & (seconds < brand.days * DAY)
        return where(seen, instants(brand.start, seconds), pa.scalar(None, pa.timestamp("us")))

    digits = 4
    table = pa.table(
        {
            "channel": picked([*CHANNELS], channel),
            "campaign": picked([*_CAMPAIGNS], month % len(_CAMPAIGNS)),
            "sent": instants(brand.start, at),
            "delivered": when(delivered, at + 5),
            "opened": when(opened, open_at),
            "clicked": when(opened & clicked, click_at),
            "cost": decimals(
                np.rint(
                    _COST_YUAN[channel] * brand.world.minor_per_yuan
                    * 10 ** (digits - brand.world.digits)
                ).astype(np.int64),
                scale=digits,
            ),
            "user_id": picked(accounts.user_id, account),
        }
    ).take(pa.array(order))  # fmt: skip
    return table.add_column(0, "message_id", numbered("M", np.arange(1, len(order) + 1), digits=8))
