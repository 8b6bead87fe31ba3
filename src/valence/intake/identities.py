"""Identities of an import: identifiers become keys, keys customers; contacts go to the vault."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from valence.intake.staging import Staged, good
from valence.lake.workbench import literal, quoted
from valence.lake.writer import Writer
from valence.people import batches
from valence.people.confirm import confirm_key
from valence.people.keys import Keyring
from valence.people.resolve import resolve
from valence.people.vault import Vault
from valence.store import Store

# Which identifier names the customer of a row where it has several: the one that changes least.
ORDER = (
    "user_id", "external_id", "loyalty_no", "wechat_unionid", "wechat_openid", "email", "phone",
    "device", "cookie",
)  # fmt: skip
_IN_VAULT = {"user_id", "external_id", "loyalty_no", "email", "phone"}  # that people know them by
# Rows that are in Python at once, whatever the size of the file: sealed, they take 3 KB each.
BATCH = 10_000


class Identities:
    """Gives the rows of staged tables their customers; one for each import."""

    def __init__(self, writer: Writer, store: Store, keyring: Keyring, actor: str) -> None:
        self._writer, self._bench = writer, writer.bench
        self._store, self._keyring, self._actor = store, keyring, actor
        confirm_key(store, keyring)

    def keyed(self, staged: Staged) -> str:
        """Return SQL for the good rows with `source`, `id_type` and `id_key`.

        Every identifier of a row is taken into the map of who is who first. `_who` is a number that
        stands for the two: view `_whos` says which. It is null where a row names nobody itself.
        """
        kinds = [kind for kind in ORDER if kind in staged.identifiers]
        for kind in kinds:
            self._hash(staged, kind)
        self._tell_whos(staged, kinds)
        if not kinds:
            return self._by_order(staged)
        self._resolve(staged, kinds)
        joins = " ".join(
            f"LEFT JOIN {staged.table}_{kind} k_{kind} ON k_{kind}.value = s.{quoted('i_' + kind)}"
            for kind in kinds
        )
        key = ", ".join(f"k_{kind}.id_key" for kind in kinds)
        arms = " ".join(f"WHEN k_{kind}.id_key IS NOT NULL THEN {literal(kind)}" for kind in kinds)
        who = ", ".join(_who(place) for place in enumerate(kinds))
        return (
            f"SELECT s.*, {literal(staged.mapping.system)} AS source, CASE {arms} END AS id_type, "
            f"coalesce({key}) AS id_key, coalesce({who}) AS _who FROM ({good(staged)}) s {joins}"
        )

    def _tell_whos(self, staged: Staged, kinds: list[str]) -> None:
        """Make `_whos`: which kind and key each number `_who` of a row stands for."""
        nobody = "SELECT NULL::BIGINT AS who, NULL::VARCHAR AS id_type, NULL::VARCHAR AS id_key"
        parts = [
            f"SELECT {_who(place)}, {literal(place[1])}, id_key FROM {staged.table}_{place[1]} "
            f"k_{place[1]}"
            for place in enumerate(kinds)
        ]
        told = " UNION ALL ".join([f"{nobody} WHERE false", *parts])
        self._bench.sql(f"CREATE OR REPLACE TEMP VIEW _whos AS {told}")

    def _by_order(self, staged: Staged) -> str:
        """Rows that name an order instead of a customer are of whoever placed it."""
        system = literal(staged.mapping.system)
        if staged.mapping.kind not in {"order_lines", "feedback", "contacts"} or (
            "order_id" not in staged.mapping.columns
        ):
            return (
                f"SELECT *, {system} AS source, NULL::VARCHAR AS id_type, NULL::VARCHAR AS id_key, "
                f"NULL::BIGINT AS _who FROM ({good(staged)})"
            )
        self._writer.table_of("orders")
        return (
            f"SELECT s.*, {system} AS source, o.id_type, o.id_key, NULL::BIGINT AS _who FROM "
            f"({good(staged)}) s "
            "LEFT JOIN (SELECT order_id, id_type, id_key FROM orders WHERE namespace = "
            f"{literal(staged.mapping.namespace)}) o USING (order_id)"
        )

    def _hash(self, staged: Staged, kind: str) -> None:
        """Make a small table of the distinct values of a kind and their keys."""
        column = quoted("i_" + kind)
        self._bench.sql(
            f"CREATE OR REPLACE TEMP TABLE {staged.table}_{kind} (value VARCHAR, id_key VARCHAR)"
        )
        distinct = (
            f"SELECT DISTINCT {column} AS value FROM ({good(staged)}) WHERE {column} IS NOT NULL"
        )
        for block in self._blocks(distinct):
            values = block["value"]
            keys = self._keyring.id_keys(values, kind, staged.mapping.namespace)
            self._bench.register("_hashed", pa.table({"value": values, "id_key": keys}))
            self._bench.sql(
                f"INSERT INTO {staged.table}_{kind} SELECT * FROM _hashed WHERE id_key IS NOT NULL"
            )

    def _blocks(self, select: str) -> Iterator[pa.Table]:
        """Yield the rows of a query in blocks, between which the workbench can be used."""
        self._bench.sql(f"CREATE OR REPLACE TEMP TABLE _in_blocks AS {select}")
        rows = self._bench.rows("SELECT count(*) FROM _in_blocks")[0][0]
        for start in range(0, rows, BATCH):
            yield self._bench.arrow(
                f"SELECT * FROM _in_blocks WHERE rowid >= {start} AND rowid < {start + BATCH}"
            )
        self._bench.sql("DROP TABLE _in_blocks")

    def _resolve(self, staged: Staged, kinds: list[str]) -> None:
        """Take the distinct combinations of identifiers into the map, and into the lake."""
        joins = " ".join(
            f"LEFT JOIN {staged.table}_{kind} k_{kind} ON k_{kind}.value = s.{quoted('i_' + kind)}"
            for kind in kinds
        )
        keys = ", ".join(f"k_{kind}.id_key AS {quoted(kind)}" for kind in kinds)
        first = "coalesce(" + ", ".join(quoted(kind) for kind in kinds) + ")"
        self._bench.sql(
            f"CREATE OR REPLACE TEMP TABLE _combined AS SELECT DISTINCT {keys} FROM (SELECT "
            f"DISTINCT {', '.join(quoted('i_' + kind) for kind in kinds)} FROM ({good(staged)})) s "
            f"{joins}"
        )
        system, scope = literal(staged.mapping.system), literal(staged.mapping.namespace)
        union = " UNION ".join(
            f"SELECT {quoted(kind)} AS id_key, {first} AS link_key, {literal(kind)} AS id_type, "
            f"{scope} AS source FROM _combined WHERE {quoted(kind)} IS NOT NULL"
            for kind in kinds
        )
        batches.begin(self._store, self._writer.batch_id)
        # Sorted so that the row of a record's first identifier comes before those that name it.
        for records in self._blocks(
            f"SELECT * FROM ({union}) ORDER BY link_key, id_key <> link_key, id_key"
        ):
            resolve(self._store, records, actor=self._actor)
        self._vault(staged, kinds)
        if staged.mapping.kind != "customers":
            known = (
                "SELECT DISTINCT ON (id_key, link_key) id_key, link_key, id_type, "
                f"{system} AS source FROM ({union})"
            )
            self._writer.table_of("identifiers")
            # What a customers file says of somebody (city, joined) is not overwritten by orders.
            self._writer.merge(
                "identifiers",
                f"SELECT n.* FROM ({known}) n ANTI JOIN identifiers o USING (source, id_key, "
                "link_key)",
            )

    def _vault(self, staged: Staged, kinds: list[str]) -> None:
        contact = {name: quoted("c_" + name) for name in staged.mapping.in_vault}
        contact |= {kind: quoted("i_" + kind) for kind in kinds if kind in _IN_VAULT}
        joins = " ".join(
            f"LEFT JOIN {staged.table}_{kind} k_{kind} ON k_{kind}.value = s.{quoted('i_' + kind)}"
            for kind in kinds
        )
        key = "coalesce(" + ", ".join(f"k_{kind}.id_key" for kind in kinds) + ")"
        present = staged.names(self._bench)
        for name, column in contact.items():
            if column.strip('"') not in present:
                continue
            for entries in self._blocks(
                f"SELECT DISTINCT {literal(name)} AS kind, {column} AS value, {key} AS id_key "
                f"FROM ({good(staged)}) s {joins} WHERE {column} IS NOT NULL AND {key} IS NOT NULL "
                # As the map made the customers, so that a block meets few pages of the indexes.
                "ORDER BY id_key"
            ):
                Vault(self._store, self._keyring).put_many(entries)


def _who(place: tuple[int, str]) -> str:
    """SQL of a number for a row of the keys of a kind: another for each row of each kind."""
    number, kind = place
    return f"(k_{kind}.rowid * {len(ORDER)} + {number})"
