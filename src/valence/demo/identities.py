"""Identities: the records that each person has in the brand's systems, and which are duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.demo.arrays import Flags, Floats, Ints, numbered, picked, where
from valence.demo.contacts import emails, loyalty_numbers, phones, typed_emails, typed_phones
from valence.demo.customers import Customers
from valence.demo.names import Names, make_names
from valence.demo.streams import Streams
from valence.demo.world import World

SHOP, APP, CARD = 0, 1, 2  # the system of a record
# Why a person has a second record. "nothing shared" no exact match can find; the truth knows.
DUPLICATES = ("", "same phone", "same email", "changed email", "nothing shared")
_DUPLICATE_SHARES = (0.42, 0.22, 0.20, 0.16)


@dataclass(frozen=True, slots=True)
class People:
    """Who each person is: what can be typed to name them. Second contacts are of duplicates."""

    names: Names
    phone: tuple[Ints, Ints]  # first and second number
    email: tuple[Any, Any]
    card: Any  # loyalty number; null without a card
    duplicate: Ints  # index in DUPLICATES
    email_changed_days: Floats  # infinite where it never was


@dataclass(frozen=True, slots=True)
class Accounts:
    """The records, one entry each: who they are of, what they hold, when they were opened.

    `email` and `phone` say which of the person's contacts the record holds: 0, 1, or -1 for none.
    """

    person: Ints
    system: Ints
    second: Flags  # the record that makes the person a duplicate
    email: Ints
    phone: Ints
    shows_card: Flags
    opened_days: Floats
    user_id: Any  # null on a card's record

    def __len__(self) -> int:
        return len(self.person)


def make_people(streams: Streams, world: World, customers: Customers) -> People:
    """Give every person a name, numbers, addresses, perhaps a card and a reason for a duplicate."""
    count = len(customers)
    order = streams("contact order").permutation(count).astype(np.int64)
    names = make_names(streams, count)
    abroad = ~names.chinese & (streams("phone abroad").random(count) < 0.3)
    phone = phones(order, abroad, block=0)
    shared = streams("shared phone").random(count) < world.shared_phone_share
    # The relative is whoever became a customer just before.
    phone = np.where(shared, np.roll(phone, 1), phone)
    holds_card = customers.uses[:, 2] & (streams("card").random(count) < 0.88)
    duplicate = _duplicates(streams, world, customers)
    changed = customers.acquired_days + streams("email change").exponential(240.0, count)
    return People(
        names=names,
        phone=(phone, phones(order, np.zeros(count, bool), block=1)),
        email=(
            emails(names.local, order, salt=0),
            emails(pc.replace_substring(names.local, ".", "_"), order, salt=3),
        ),
        card=picked(loyalty_numbers(order), np.where(holds_card, np.arange(count), -1)),
        duplicate=duplicate,
        email_changed_days=np.where(
            DUPLICATES.index("changed email") == duplicate, changed, np.inf
        ),
    )


def _duplicates(streams: Streams, world: World, customers: Customers) -> Ints:
    count = len(customers)
    kind = 1 + streams("duplicate kind").choice(len(DUPLICATES) - 1, count, p=_DUPLICATE_SHARES)
    online = customers.uses[:, SHOP] | customers.uses[:, APP]
    share = min(1.0, world.duplicate_share / max(online.mean(), 1e-9))
    return np.where(online & (streams("duplicate").random(count) < share), kind, 0)


def make_accounts(
    streams: Streams, customers: Customers, people: People, last_days: int
) -> Accounts:
    """Open the records: one per system used, and one more for most duplicates.

    Records of duplicates that would open after `last_days` are left out. User ids count up by the
    day of opening, within each system.
    """
    person, system, second = _whose(customers, people)
    rng = streams("account fields")
    email_given, phone_given, bound = (rng.random(len(person)) for _ in range(3))
    opened = customers.acquired_days[person] + np.where(
        second, 5 + rng.exponential(160.0, len(person)), 0.0
    )
    email = np.where(email_given < np.array([1.0, 0.7, 0.25])[system], 0, -1)
    phone = np.where(phone_given < np.array([0.85, 0.96, 0.93])[system], 0, -1)
    email, phone = _second_contacts(people.duplicate[person], second, email, phone)
    changed = people.email_changed_days[person] <= last_days
    email = np.where(changed & (email == 0), 1, email)
    has_card = pc.is_valid(people.card).to_numpy(zero_copy_only=False)[person]
    shows_card = has_card & ((system == CARD) | ((bound < 0.6) & ~second))
    keep = opened < last_days
    keep &= (system != CARD) | has_card
    return _numbered(Accounts(person, system, second, email, phone, shows_card, opened, None), keep)


def _whose(customers: Customers, people: People) -> tuple[Ints, Ints, Flags]:
    uses = customers.uses
    first = [np.flatnonzero(uses[:, system]) for system in (SHOP, APP, CARD)]
    again = np.flatnonzero((people.duplicate > 0) & (people.duplicate != 3))
    # The second record is in the system that the person uses already, the shop if both.
    lists = [*first, again]
    systems = [np.full(len(who), system) for system, who in enumerate(first)]
    systems.append(np.where(uses[again, SHOP], SHOP, APP))
    second = np.repeat([False, False, False, True], [len(who) for who in lists])
    return np.concatenate(lists), np.concatenate(systems), second


def _second_contacts(duplicate: Ints, second: Flags, email: Ints, phone: Ints) -> tuple[Ints, Ints]:
    """What the second record holds, by the reason for it; the first then holds what they share."""
    same_phone, same_email, nothing = (duplicate == kind for kind in (1, 2, 4))
    # A person that uses the phone twice or the address twice gave it the first time.
    phone = np.where(same_phone & ~second, 0, phone)
    email = np.where(same_email & ~second, 0, email)
    email = np.where(second & (same_phone | nothing), 1, np.where(second & same_email, 0, email))
    phone = np.where(second & same_phone, 0, np.where(second & same_email, -1, phone))
    return email, np.where(second & nothing, 1, phone)


def _numbered(accounts: Accounts, keep: Flags) -> Accounts:
    index = np.flatnonzero(keep)
    index = index[np.lexsort((accounts.person[index], accounts.opened_days[index]))]
    system = accounts.system[index]
    number = np.zeros(len(index), np.int64)
    for one in (SHOP, APP):
        number[system == one] = np.arange((system == one).sum())
    web, app = numbered("U", 100_001 + number, digits=6), numbered("A", 500_001 + number, digits=6)
    user_id = where(system == SHOP, web, where(system == APP, app, pa.scalar(None, pa.string())))
    return Accounts(
        accounts.person[index], system, accounts.second[index], accounts.email[index],
        accounts.phone[index], accounts.shows_card[index], accounts.opened_days[index], user_id,
    )  # fmt: skip


def email_of(people: People, person: Ints, which: Ints, style: Ints) -> Any:
    """Return the chosen address of each person as typed; null where `which` is -1."""
    first, second = people.email
    chosen = where(which == 1, picked(second, person), picked(first, person))
    return typed_emails(where(which >= 0, chosen, pa.scalar(None, pa.string())), style)


def phone_of(people: People, person: Ints, which: Ints, style: Ints) -> Any:
    """Return the chosen number of each person as typed; null where `which` is -1."""
    number = np.where(which == 1, people.phone[1][person], people.phone[0][person])
    return typed_phones(number, style, known=which >= 0)


def name_of(people: People, accounts: Accounts, retyped: Flags) -> Any:
    """Return the name on each record; on second records it was typed again, often with a slip."""
    plain = picked(people.names.name, accounts.person)
    return where(accounts.second & retyped, picked(people.names.retyped, accounts.person), plain)
