"""Remarks: what a user should mind about a file that landed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from valence.core.messages import Message, message
from valence.intake.opening import OpenFile
from valence.intake.orders import OrderCounts
from valence.intake.quarantine import REASONS, Held
from valence.intake.staging import Staged

_FEW = 4  # faults that are told; the quarantine lists them all


@dataclass
class Faults:
    """The rows of a file that cannot land, by column and reason: how many, the first one's line."""

    rows: int = 0
    _of: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def add(self, held: Iterable[Held]) -> None:
        """Take further rows in, in the order of the file."""
        for one in held:
            count, line = self._of.get((one.column, one.reason), (0, one.line))
            self._of[one.column, one.reason] = (count + 1, line)
            self.rows += 1

    def told(self, file: str) -> Iterator[Message]:
        """Yield the faults, the most frequent first, each with a line to look at."""
        frequent = sorted(self._of.items(), key=lambda item: -item[1][0])
        for (column, reason), (count, line) in frequent[:_FEW]:
            where = message("{file}, line {line}", file=file, line=line)
            if count > 1:
                where = message(
                    "{file}, line {line} and {more:,} more", file=file, line=line, more=count - 1
                )
            if column:
                where = message("{where}, {column}", where=where, column=column)
            yield message("{where}: {why}", where=where, why=REASONS[reason])


def remarks(
    file: OpenFile, staged: Staged, counts: OrderCounts, faults: Faults
) -> Iterator[Message]:
    """Yield what became of a file beyond its figures."""
    held = faults.rows
    yield from file.source.warnings
    yield from file.warnings
    if staged.read == 0:
        yield message(
            "{file} has a header and no rows; nothing was to be imported.", file=file.name
        )
    if file.again is not None and file.again.why == "waited":
        yield from _of_waiting(file.name, staged.read - held, held)
    elif held:
        yield _of_quarantine(file.name, held, staged.read)
        yield from faults.told(file.name)
    yield from _of_repeated(file, counts.repeated)
    yield from _of_changes(file.name, counts)
    yield from _of_precedence(file.name, counts)


def _of_repeated(file: OpenFile, rows: int) -> Iterator[Message]:
    if not rows:
        return
    if file.mapping.kind == "customers":
        yield _counted(
            rows,
            message(
                "1 row of {file} is of a customer whom another row names too: they are one.",
                file=file.name,
            ),
            message(
                "{count:,} rows of {file} are of customers whom another row names too: they are "
                "one each.",
                count=rows,
                file=file.name,
            ),
        )
        return
    yield _counted(
        rows,
        message(
            "1 row of {file} tells again what a later row tells: the later one counts.",
            file=file.name,
        ),
        message(
            "{count:,} rows of {file} tell again what a later row tells: the later ones count.",
            count=rows,
            file=file.name,
        ),
    )


def _of_waiting(file: str, landed: int, held: int) -> Iterator[Message]:
    if landed:
        yield _counted(
            landed,
            message("1 row of {file} landed that waited in quarantine for this.", file=file),
            message(
                "{count:,} rows of {file} landed that waited in quarantine for this.",
                count=landed,
                file=file,
            ),
        )
    if held:
        yield _counted(
            held,
            message("1 row of {file} that waited stays in quarantine.", file=file),
            message(
                "{count:,} rows of {file} that waited stay in quarantine.", count=held, file=file
            ),
        )


def _of_quarantine(file: str, held: int, rows: int) -> Message:
    if held == rows:
        return _counted(
            held,
            message(
                "The only row of {file} stands in quarantine; nothing landed. See it with "
                "`valence quarantine list`.",
                file=file,
            ),
            message(
                "All {rows:,} rows of {file} stand in quarantine; none landed. See them with "
                "`valence quarantine list`.",
                rows=rows,
                file=file,
            ),
        )
    return _counted(
        held,
        message(
            "1 of {rows:,} rows of {file} stands in quarantine; the others landed. See it "
            "with `valence quarantine list`.",
            rows=rows,
            file=file,
        ),
        message(
            "{count:,} of {rows:,} rows of {file} stand in quarantine; the others landed. See "
            "them with `valence quarantine list`.",
            count=held,
            rows=rows,
            file=file,
        ),
    )


def _of_changes(file: str, counts: OrderCounts) -> Iterator[Message]:
    if counts.changed_orders:
        yield _counted(
            counts.changed_orders,
            message(
                "1 order of {file} was known with other contents; it was made anew from all that "
                "is known of it.",
                file=file,
            ),
            message(
                "{count:,} orders of {file} were known with other contents; they were made anew "
                "from all that is known of them.",
                count=counts.changed_orders,
                file=file,
            ),
        )


def _of_precedence(file: str, counts: OrderCounts) -> Iterator[Message]:
    if counts.outranked:
        yield _counted(
            counts.outranked,
            message("1 line of {file} was left out: a more trusted source tells it.", file=file),
            message(
                "{count:,} lines of {file} were left out: a more trusted source tells these "
                "orders.",
                count=counts.outranked,
                file=file,
            ),
        )
    if counts.taken_over:
        yield _counted(
            counts.taken_over,
            message("1 line of a less trusted source gave way to those of {file}.", file=file),
            message(
                "{count:,} lines of a less trusted source gave way to those of {file}.",
                count=counts.taken_over,
                file=file,
            ),
        )
    if counts.undecided:
        yield message(
            "{sources} tell of the same orders, and no precedence says which is trusted more: the "
            "file that comes last counts. Name them in the mapping, such as `precedence: "
            "[{sources}]`.",
            sources=", ".join(counts.undecided),
        )


def _counted(number: int, one: Message, many: Message) -> Message:
    return one if number == 1 else many
