"""Random well-typed rules and nasty rows: what every engine must answer alike."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from valence.core.rules import Catalog, History, Type
from valence.core.rules.lexer import quoted

AS_OF = date(2024, 3, 1)  # the day after a leap day
CUSTOMER = {
    "tier": Type.TEXT, "city": Type.TEXT, "visits": Type.INT, "points": Type.INT,
    "spent": Type.DECIMAL, "owed": Type.DECIMAL, "score": Type.FLOAT, "rate": Type.FLOAT,
    "vip": Type.BOOL, "mailed": Type.BOOL, "joined_on": Type.DAY, "born_on": Type.DAY,
    "seen_at": Type.INSTANT, "left_at": Type.INSTANT,
}  # fmt: skip
EVENT = {
    "name": Type.TEXT, "place": Type.TEXT, "hits": Type.INT, "amount": Type.DECIMAL,
    "quantity": Type.FLOAT, "good": Type.BOOL, "due_on": Type.DAY, "happened_on": Type.DAY,
    "happened_at": Type.INSTANT,
}  # fmt: skip
ORDER = {
    "kind": Type.TEXT, "net": Type.DECIMAL, "units": Type.FLOAT, "lines": Type.INT,
    "ordered_on": Type.DAY,
}  # fmt: skip
CATALOG = Catalog(
    CUSTOMER,
    {
        "events": History(EVENT, "happened_on", "happened_at"),
        "orders": History(ORDER, "ordered_on"),
    },
)

TEXTS = ["", "gold", "GOLD", "Gold", "青铜", "北京市", "😀", "e\u0301", "é", "İΣΑΣ", "it's", 'a"b',
         "\\n", "a\\", "%", "_", " ", "\t", "ǅ", "ß", "\U0001d54f", "\uffee", "null"]  # fmt: skip
INTS = [0, 1, -1, 2, 3, 7, 30, 365, 10**14, 2**53 + 1, 2**62, 2**63 - 1, -(2**63), -(2**63) + 1]
DECIMALS = list(
    map(Decimal, ["0", "0.0001", "-0.0001", "1.5", "2.5", "19.99", "-0.01", "100", "12345.6789",
                  "99999999999999.9999", "-99999999999999.9999", "50000000000000"])
)  # fmt: skip
FLOATS = [0.0, -0.0, 0.1, 0.2, 0.30000000000000004, 1.0, 2.5, -3.5, 1e-300, 1e300, -1e308, 5e-324,
          123456.789012, 9e12, 9.1e12, float("inf"), float("-inf"), float("nan")]  # fmt: skip
DAYS = [date(1, 1, 1), date(9999, 12, 31), date(1582, 10, 10), date(1900, 2, 28), date(2024, 2, 29),
        date(2024, 3, 1), date(2024, 3, 2), date(2023, 12, 31), date(1970, 1, 1)]  # fmt: skip
INSTANTS = [
    datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2024, 3, 1, 7, 59, tzinfo=timezone(timedelta(hours=8))),
    datetime(1969, 12, 31, 23, 0, tzinfo=UTC),
    datetime(2024, 3, 31, 2, 30, tzinfo=timezone(timedelta(hours=1))),
    datetime(1900, 1, 1, tzinfo=UTC),
]


class Maker:
    """One stream of random rules and rows; the same seed gives the same."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def row(self, columns: dict[str, Type]) -> dict[str, object]:
        return {name: self._cell(kind) for name, kind in columns.items()}

    def _cell(self, kind: Type) -> object:
        pick, roll = self.random, self.random.random()
        if roll < 0.2:
            return None
        usual = {
            Type.BOOL: lambda: pick.random() < 0.5,
            Type.DAY: lambda: AS_OF - timedelta(days=pick.randint(-3, 60)),
            Type.INT: lambda: pick.randint(-5, 40),
            Type.DECIMAL: lambda: Decimal(pick.randint(-50_000, 500_000)) / 10_000,
            Type.FLOAT: lambda: round(pick.uniform(-5, 40), pick.randint(0, 8)),
        }
        if kind is Type.BOOL or (roll < 0.6 and kind in usual):
            return usual[kind]()
        pools = {
            Type.TEXT: TEXTS, Type.INT: INTS, Type.DECIMAL: DECIMALS, Type.FLOAT: FLOATS,
            Type.DAY: DAYS, Type.INSTANT: INSTANTS,
        }  # fmt: skip
        return pick.choice(pools[kind])

    def rule(self) -> str:
        return Writer(self.random, CUSTOMER, histories=True).truth(self.random.randint(1, 4))

    def expression(self) -> str:
        kind = self.random.choice(list(Type))
        return Writer(self.random, CUSTOMER, histories=True).of(kind, self.random.randint(1, 3))


class Writer:
    """Writes expressions of a wanted type over some columns."""

    def __init__(self, rng: random.Random, columns: dict[str, Type], *, histories: bool) -> None:
        self.random = rng
        self.columns = columns
        self.histories = histories

    def of(self, kind: Type, depth: int) -> str:
        if kind is Type.BOOL:
            return self.truth(depth)
        if depth <= 0 or self.random.random() < 0.25:
            return self.leaf(kind)
        return self.random.choice(self._ways(kind))(depth - 1)

    def leaf(self, kind: Type) -> str:
        names = [name for name, of in self.columns.items() if of is kind]
        if names and self.random.random() < 0.65:
            return self.random.choice(names)
        return self.literal(kind)

    def literal(self, kind: Type) -> str:
        pick = self.random
        writers = {
            Type.TEXT: lambda: quoted(pick.choice(TEXTS)),
            Type.INT: lambda: str(pick.choice([0, 1, 2, 5, 30, 365, 2**31, 2**62, 2**63 - 1])),
            Type.DECIMAL: lambda: pick.choice(["0.5", "1.0", "19.99", "0.0001", "1234567.891"]),
            Type.FLOAT: lambda: pick.choice(["1e0", "0.00001", "2.5e-3", "1e308", "0.123456789"]),
            Type.BOOL: lambda: pick.choice(["true", "false"]),
            Type.DAY: lambda: pick.choice(["today", f'day("{pick.choice(DAYS).isoformat()}")']),
            Type.INSTANT: lambda: f'instant("{pick.choice(INSTANTS).isoformat()}")',
        }
        return writers[kind]()

    def _number(self, depth: int) -> str:
        return self.of(self.random.choice([Type.INT, Type.DECIMAL, Type.FLOAT]), depth)

    def _ways(self, kind: Type) -> list:
        def binary(signs: str, left: Type, right: Type):
            return lambda d: f"({self.of(left, d)} {self.random.choice(signs)} {self.of(right, d)})"

        def many(kind: Type):
            name = self.random.choice(["coalesce", "min", "max"])
            count = self.random.randint(2, 3)
            return lambda d: f"{name}({', '.join(self.of(kind, d) for _ in range(count))})"

        ways = [many(kind)]
        if self.histories:
            ways += [lambda d: self.history(kind, d)] * 2
        day = Type.DAY
        ways += {
            Type.TEXT: [lambda d: f"lower({self.of(kind, d)})"] * 2,
            Type.INT: [
                binary("+-*", kind, kind), binary("+-*", kind, kind), binary("-", day, day),
                lambda d: f"len({self.of(Type.TEXT, d)})",
                lambda d: f"-{self.of(kind, d)}",
                lambda d: f"abs({self.of(kind, d)})",
                lambda d: f"{self.random.choice(['year', 'month', 'weekday'])}({self.of(day, d)})",
                lambda d: f"days_between({self.of(day, d)}, {self.of(day, d)})",
            ],
            Type.DECIMAL: [
                binary("+-", kind, kind), binary("+-*", kind, Type.INT),
                binary("+-*", Type.INT, kind), lambda d: f"abs({self.of(kind, d)})",
                lambda d: f"-{self.of(kind, d)}",
                lambda d: f"max({self.of(Type.INT, d)}, {self.of(kind, d)})",
            ],
            Type.FLOAT: [
                lambda d: f"({self._number(d)} / {self._number(d)})",
                binary("+-*", kind, kind), binary("+-*", kind, Type.INT),
                binary("+-*", Type.DECIMAL, kind), binary("*", Type.DECIMAL, Type.DECIMAL),
                lambda d: f"-{self.of(kind, d)}",
            ],
            day: [binary("+-", day, Type.INT), binary("+-", day, Type.INT)],
            Type.INSTANT: [],
        }[kind]  # fmt: skip
        return ways

    def truth(self, depth: int) -> str:
        pick = self.random
        if depth <= 0:
            return self.leaf(Type.BOOL)
        ways = [self._compare] * 6 + [self._in, self._missing, self._text_test]
        ways += [
            lambda d: f"({self.truth(d)} {pick.choice(['and', 'or'])} {self.truth(d)})",
            lambda d: f"({self.truth(d)} {pick.choice(['and', 'or'])} {self.truth(d)})",
            lambda d: f"not {self.truth(d)}",
            lambda d: f"(not ({self.truth(d)}))",
            lambda _: f"coalesce({self.leaf(Type.BOOL)}, {self.leaf(Type.BOOL)})",
        ]
        if self.histories:
            ways.append(lambda _: f"exists({self._rows(*self._table())})")
        written = pick.choice(ways)(depth - 1)
        return f"({written})"

    def _compare(self, depth: int) -> str:
        pick = self.random
        kind = pick.choice(list(Type))
        order = ["<", "<=", ">", ">="]
        signs = {Type.BOOL: ["==", "!="], Type.FLOAT: order}.get(kind, ["==", "!=", *order])
        left, right = self.of(kind, depth), self.of(kind, depth)
        if kind in (Type.INT, Type.DECIMAL) and pick.random() < 0.3:
            right = self.of(pick.choice([Type.INT, Type.DECIMAL]), depth)
        if kind is not Type.BOOL and pick.random() < 0.15:
            return f"{left} {pick.choice(signs)} {right} {pick.choice(signs)} {self.leaf(kind)}"
        return f"{left} {pick.choice(signs)} {right}"

    def _in(self, depth: int) -> str:
        kind = self.random.choice([k for k in Type if k is not Type.FLOAT])
        listed = {self.literal(kind) for _ in range(3)} - {"today"}
        values = ", ".join(sorted(listed or {'day("2024-02-29")'}))
        return f"{self.of(kind, depth)} {self.random.choice(['in', 'not in'])} ({values})"

    def _missing(self, depth: int) -> str:
        of = self.of(self.random.choice(list(Type)), depth)
        return f"({of}) is {self.random.choice(['', 'not '])}missing"

    def _text_test(self, depth: int) -> str:
        name = self.random.choice(["startswith", "contains"])
        return f"{name}({self.of(Type.TEXT, depth)}, {self.of(Type.TEXT, depth)})"

    def _table(self) -> tuple[str, Writer]:
        table, columns = self.random.choice([("events", EVENT), ("orders", ORDER)])
        return table, Writer(self.random, columns, histories=False)

    def _rows(self, table: str, rows: Writer, value: str = "") -> str:
        pick = self.random
        parts = [table, value] if value else [table]
        if pick.random() < 0.6:
            parts.append(rows.truth(pick.randint(1, 2)))
        if pick.random() < 0.5:
            parts.append(f"last={pick.choice([1, 2, 7, 30, 365, 36500])}")
        if pick.random() < 0.2:
            since = pick.choice(["today - 20", 'day("2024-02-10")'])
            parts.append(f"since={since}")
        if pick.random() < 0.2:
            parts.append(f"before={pick.choice(['today', 'today - 3', 'today + 1'])}")
        return ", ".join(parts)

    def history(self, kind: Type, depth: int) -> str:
        more = {
            Type.INT: ["count", "days_since", "distinct", "sum"],
            Type.DECIMAL: ["sum", "sum"],
            Type.FLOAT: ["sum", "mean", "mean"],
        }
        names = ["min", "max", "first", "last", *more.get(kind, [])]
        name = self.random.choice(names)
        table, rows = self._table()
        if name in ("count", "days_since"):
            return f"{name}({self._rows(table, rows)})"
        of = kind
        if name == "mean":
            of = self.random.choice([Type.INT, Type.DECIMAL, Type.FLOAT])
        if name == "distinct":
            of = self.random.choice([k for k in Type if k is not Type.FLOAT])
        if of not in rows.columns.values():
            table, rows = "events", Writer(self.random, EVENT, histories=False)
        column = self.random.choice([n for n, k in rows.columns.items() if k is of])
        value = column
        if self.random.random() < 0.5:
            value = f"coalesce({column}, {rows.of(of, min(depth, 1))})"
        return f"{name}({self._rows(table, rows, value)})"


def as_json(value: object) -> str:
    """Show a row so that a failure can be typed in again."""
    return json.dumps(value, default=str, ensure_ascii=False)
