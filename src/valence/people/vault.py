"""The contact vault: names, addresses and raw identifiers, sealed with a key of each customer.

What the database holds of an entry: whose it is, its kind, a keyed hash for exact search, keyed
tokens of names, and the sealed value. Nothing of a value stands in a log, an error or the lake.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from valence.core.errors import BadInputError, did_you_mean
from valence.people import entries as stored
from valence.people import masking
from valence.people.confirm import check_key, confirm_key
from valence.people.decisions import LOCK, known_customers
from valence.people.keys import Keyring
from valence.people.labels import Label, as_uuid, label
from valence.people.naming import named
from valence.people.normalise import ID_TYPES, normalise
from valence.people.placeholders import WORDS
from valence.people.redirects import current_customers, trees
from valence.people.rows import ids_of, insert
from valence.people.sealing import Seal
from valence.people.subjects import Subjects
from valence.people.tables import vault_entries, vault_tokens
from valence.people.tokens import is_in, name_tokens, search_tokens
from valence.store import Store, Unit, View

MAX_LENGTH = 2_000  # characters of a name or address; what is beyond is cut off
KINDS = frozenset({"name", "address", *ID_TYPES})
_LOCKS = (LOCK, "vault")
_MOST_CANDIDATES = 5_000  # names read for one search


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing known of a customer, masked or not."""

    customer_id: UUID  # who it belongs to now
    kind: str
    value: str
    id_key: str | None  # the identifier that it came under


@dataclass(frozen=True, slots=True)
class Put:
    """What became of the entries put in."""

    new: int = 0
    known: int = 0
    refused: int = 0  # empty, placeholders, of an identifier that nobody or too many have
    shredded: int = 0  # of customers who were erased


class Vault:
    """The contact vault of one store."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring
        self._subjects = Subjects(keyring)

    def put_many(self, entries: pa.Table) -> Put:
        """Seal and keep entries; what is there already is left as it is.

        Parameters
        ----------
        entries
            Texts: `kind` (name, address or a kind of identifier), `value` as the source has it,
            and whose it is: `id_key`, which the map has to know, or `customer_id`.

        Raises
        ------
        BadInputError
            If a kind is not known.
        SettingsError
            If the store was filled with another master key.
        """
        confirm_key(self._store, self._keyring)
        with self._store.writing() as unit:
            return self.put_in(unit, entries)

    def put_in(self, unit: Unit, entries: pa.Table) -> Put:
        """Do the same within a unit of work that is open already."""
        unit.lock(*_LOCKS)
        ready = self._normal(entries)
        given = ready.num_rows
        ready = stored.with_owners(unit, ready)
        owned = ready.num_rows
        ready = stored.not_there(unit, ready)
        seals = self._subjects.seals(unit, stored.owners(ready))
        gone = pa.array([one for one, seal in seals.items() if seal is None], pa.string())
        alive = ready.filter(pc.invert(pc.is_in(ready["customer"], value_set=gone)))
        self._write(unit, alive, {who: seal for who, seal in seals.items() if seal})
        return Put(
            new=alive.num_rows,
            known=owned - ready.num_rows,
            refused=entries.num_rows - given + given - owned,
            shredded=ready.num_rows - alive.num_rows,
        )

    def show(self, customer_id: UUID, *, masked: bool = True) -> list[Entry]:
        """Return what is known of a customer, and of all who were merged into them, by kind.

        Raises
        ------
        NotFoundError
            If there is no such customer.
        TamperedError
            If an entry was changed in the database.
        """
        with self._store.reading() as view:
            check_key(view, self._keyring)
            known_customers(view, [customer_id])
            rows = stored.of_customer(view, customer_id)
            entries = self._opened(view, rows)
        once: dict[tuple[str, str], Entry] = {}
        for entry in entries:
            once.setdefault((entry.kind, entry.value), entry)
        found = sorted(once.values(), key=lambda entry: entry.kind)
        return [_masked(entry) for entry in found] if masked else found

    def names(self, ids: Sequence[UUID], *, masked: bool = True) -> dict[UUID, str]:
        """Return a name for each of these customers that has one: for the rows of a table."""
        return self.values(ids, "name", masked=masked)

    def values(self, ids: Sequence[UUID], kind: str, *, masked: bool = True) -> dict[UUID, str]:
        """Return what these customers are known by, of one kind, such as an email each."""
        with self._store.reading() as view:
            current = current_customers(view, ids)
            family = trees(view, [one.hex for one in current.values()])
            rows = stored.where(
                view, vault_entries.c.customer_id, ids_of(sorted(family)), kind=kind
            )
            found = {e.customer_id: e for e in reversed(self._opened(view, rows))}
        shown = {who: _masked(e).value if masked else e.value for who, e in found.items()}
        return {one: shown[now] for one, now in current.items() if now in shown}

    def labels(self, ids: Iterable[str]) -> dict[str, Label]:
        """Return what each customer of a page of rows is called, masked; read in one go.

        Ids that are none, or of nobody, are called by their end.
        """
        texts = list(dict.fromkeys(ids))
        known = {text: one.hex for text in texts if (one := as_uuid(text))}
        if not known:
            return {text: label(text, ()) for text in texts}
        with self._store.reading() as view:
            check_key(view, self._keyring)
            told = named(view, self._subjects, known.values())
        return {text: label(text, told.get(known.get(text, ""), ())) for text in texts}

    def search(self, text: str, *, limit: int = 20, masked: bool = True) -> list[Entry]:
        """Return entries by an exact identifier or part of a name, each customer once.

        Names are found by the beginnings of their words, in any order, without accents; Chinese
        names by any of their characters in a row.
        """
        with self._store.reading() as view:
            check_key(view, self._keyring)
            found = {e.customer_id: e for e in reversed(self._exact(view, text))}
            if len(found) < limit and (tokens := search_tokens(text)):
                for entry in self._named(view, text, tokens, limit - len(found)):
                    found.setdefault(entry.customer_id, entry)
        entries = list(found.values())[:limit]
        return [_masked(entry) for entry in entries] if masked else entries

    def shred(self, customer_id: UUID) -> int:
        """Erase a customer: destroy their keys, entries and search index; return the entries.

        It covers all who were merged into them. What comes in for them later is not kept.

        Raises
        ------
        NotFoundError
            If there is no such customer.
        """
        with self._store.writing() as unit:
            unit.lock(*_LOCKS)
            known_customers(unit, [customer_id])
            if unit.dialect == "sqlite":
                unit.connection.exec_driver_sql("PRAGMA secure_delete=ON")  # overwrite with zeros
            root = current_customers(unit, [customer_id])[customer_id]
            family = ids_of(sorted(trees(unit, [root.hex])))
            sealed_here = stored.where(unit, vault_entries.c.customer_id, family)
            others = [e for e in self._opened(unit, sealed_here) if e.customer_id != root]
            doomed = stored.of_customer(unit, root)
            stored.delete(unit, [row["entry_id"] for row in (*doomed, *sealed_here)])
            self._subjects.destroy(unit, family)
            if others:  # identifiers that moved to somebody else keep their entries there
                self.put_in(unit, _table(others))
            return len(doomed)

    def rewrap(self) -> int:
        """Wrap all customers' keys with the newest secret of the master key; return how many."""
        return self._subjects.rewrap(self._store)

    def _normal(self, entries: pa.Table) -> pa.Table:
        """Return the entries in normal form with their blind index, without the refused."""
        parts = [stored.READY.empty_table()]
        for kind in pc.unique(entries["kind"]).to_pylist():
            if kind not in KINDS:
                raise BadInputError(
                    "The contact vault has no kind {kind!r}. {fix}",
                    kind=kind,
                    fix=did_you_mean(str(kind), KINDS),
                )
            part = entries.filter(pc.equal(entries["kind"], kind))
            values = part["value"].cast(pa.string()).combine_chunks()
            normal = (
                self._keyring.normalised(values, kind)
                if kind in ID_TYPES
                else pa.array([_tidy(value) for value in values.to_pylist()], pa.string())
            )
            who = [_column(part, name) for name in ("id_key", "customer_id")]
            columns = [part["kind"], normal, *who, self._keyring.blinds(kind, normal)]
            named = pa.table(dict(zip(stored.READY.names, columns, strict=True)))
            parts.append(named.filter(pc.is_valid(named["value"])).cast(stored.READY))
        return pa.concat_tables(parts).combine_chunks()

    def _write(self, unit: Unit, entries: pa.Table, seals: dict[str, Seal]) -> None:
        if not entries.num_rows:
            return
        missing = [one for one in stored.owners(entries) if one not in seals]
        seals = seals | self._subjects.create(unit, missing)
        top = unit.scalar(sa.select(sa.func.max(vault_entries.c.entry_id))) or 0
        numbers = range(top + 1, top + 1 + entries.num_rows)
        columns = {name: entries[name].to_pylist() for name in entries.column_names}
        rows = zip(
            *(columns[n] for n in ("customer", "kind", "id_key", "blind", "value")), strict=True
        )
        insert(
            unit,
            vault_entries,
            {
                "entry_id": numbers,
                "customer_id": columns["customer"],
                "kind": columns["kind"],
                "id_key": columns["id_key"],
                "blind": columns["blind"],
                "sealed": (
                    seals[who].sealed(value.encode(), *stored.place(bytes.fromhex(who), *place))
                    for who, *place, value in rows
                ),
            },
        )
        names = [
            (number, value)
            for number, kind, value in zip(numbers, columns["kind"], columns["value"], strict=True)
            if kind == "name"
        ]
        self._index(unit, names)

    def _index(self, unit: Unit, names: Sequence[tuple[int, str]]) -> None:
        words = [(token, number) for number, name in names for token in name_tokens(name)]
        distinct = sorted({token for token, _ in words})
        keyed = dict(zip(distinct, self._keyring.token_numbers(distinct), strict=True))
        rows = sorted((keyed[token], number) for token, number in words)
        insert(
            unit,
            vault_tokens,
            {"token": (token for token, _ in rows), "entry_id": (number for _, number in rows)},
        )

    def _exact(self, view: View, text: str) -> list[Entry]:
        normal = {kind: normalise(kind, text, self._keyring.country).value for kind in ID_TYPES}
        blinds = [self._blind(kind, value) for kind, value in normal.items() if value]
        return self._opened(view, stored.where(view, vault_entries.c.blind, blinds))

    def _blind(self, kind: str, value: str) -> str:
        return str(self._keyring.blinds(kind, pa.array([value]))[0])

    def _named(self, view: View, text: str, tokens: Sequence[str], limit: int) -> Iterable[Entry]:
        """Yield entries whose name holds the text, reading candidates some at a time."""
        numbers = self._keyring.token_numbers(tokens)
        found: dict[UUID, Entry] = {}
        after = read = 0
        while len(found) < limit and read < _MOST_CANDIDATES:
            some = view.scalars(stored.candidates(numbers, after))
            rows = stored.where(view, vault_entries.c.entry_id, some)
            for entry in self._opened(view, rows):
                if is_in(text, entry.value):
                    found.setdefault(entry.customer_id, entry)
            if len(some) < stored.CANDIDATES:
                break
            after, read = some[-1], read + len(some)
        return list(found.values())[:limit]

    def _opened(self, view: View, rows: Sequence[sa.RowMapping]) -> list[Entry]:
        """Return the entries of rows, given to whom they belong now; those of nobody drop out."""
        seals = self._subjects.seals(view, {row["customer_id"].hex for row in rows})
        belongs = stored.belongs(view, rows)
        entries = []
        for row in rows:
            seal, who = seals.get(row["customer_id"].hex), belongs[row["entry_id"]]
            if seal is None or who is None:
                continue
            place = stored.place(row["customer_id"].bytes, row["kind"], row["id_key"], row["blind"])
            value = seal.opened(row["sealed"], *place).decode()
            entries.append(Entry(who, row["kind"], value, row["id_key"]))
        return entries


def _masked(entry: Entry) -> Entry:
    return replace(entry, value=masking.masked(entry.kind, entry.value))


def _tidy(value: str | None) -> str | None:
    """Return a name or address without control characters and double spaces; None if empty."""
    plain = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c
        for c in unicodedata.normalize("NFC", value or "")
        if unicodedata.category(c) != "Cs"
    )
    text = " ".join(plain.split())[:MAX_LENGTH]
    return None if not text or text.lower() in WORDS else text


def _column(table: pa.Table, name: str) -> pa.Array:
    if name in table.column_names:
        return table[name].cast(pa.string())
    return pa.nulls(table.num_rows, pa.string())


def _table(entries: Sequence[Entry]) -> pa.Table:
    rows = [
        {
            "kind": entry.kind,
            "value": entry.value,
            "id_key": entry.id_key,
            "customer_id": None if entry.id_key else str(entry.customer_id),
        }
        for entry in entries
    ]
    schema = pa.schema([(n, pa.string()) for n in ("kind", "value", "id_key", "customer_id")])
    return pa.Table.from_pylist(rows, schema)
