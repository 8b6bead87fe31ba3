"""Reading: a file becomes a relation of an engine, with its column names and a few sample rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow.parquet as pq

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import Message, message
from valence.intake import excel
from valence.intake.dialect import Dialect, sniff
from valence.intake.engine_error import EngineError, guarded
from valence.intake.formats import Encoding, Format, Plain, encoding_of, in_utf8, make_plain
from valence.lake.workbench import Workbench, literal, quoted

SAMPLE = 1000
_JSON_LINE = "valence_json_line"


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of a source: its name there, and its type: text, number, instant, day, bool."""

    name: str
    kind: str = "text"


def signature_of(names: Iterable[str]) -> str:
    """Return the name of the form of files with these columns, in any order."""
    told = "\x1f".join(sorted(name.casefold() for name in names))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Source:
    """One table in a file, ready to be read as a stream by the engine.

    `relation` is SQL that gives the columns by name; `strict_relation` differs for CSV, where the
    engine notes refused lines beside (`reject_errors`).
    """

    path: Path
    name: str
    format: Format
    plain: Path
    columns: tuple[SourceColumn, ...]
    relation: str
    encoding: Encoding | None = None
    dialect: Dialect | None = None
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    first_line: int = 1  # line of the first row in the file
    sample: tuple[dict[str, str | None], ...] = ()
    warnings: tuple[Message, ...] = field(default=())
    computed: tuple[tuple[str, str], ...] = ()  # further columns: name and SQL over the others

    @property
    def names(self) -> tuple[str, ...]:
        """The column names."""
        return tuple(column.name for column in self.columns)

    @property
    def signature(self) -> str:
        """A name for this form of file: equal for the same columns, in any order."""
        return signature_of(self.names)


def open_source(bench: Workbench, path: Path, *, sheet: str = "") -> Source:
    """Return the table in a file, whatever its format, encoding and packing.

    Raises
    ------
    NotFoundError, BadInputError
        If there is no such file, or it cannot be read as a table; the message says where and why.
    """
    plain = make_plain(path, bench.folder / "files")
    readers = {"csv": _csv, "jsonl": _json_lines, "parquet": _parquet, "excel": _excel}
    source = readers[plain.format](bench, plain, sheet)
    if not source.columns:
        raise BadInputError("{file} has no columns.", file=source.name)
    return replace(source, sample=_sample(bench, source))


def reopened_by_bytes(bench: Workbench, source: Source) -> Source:
    """Return a CSV whose first megabyte misled about its encoding, read by all of its bytes."""
    encoding = encoding_of(source.plain, whole=True)
    if encoding == "utf-8":
        encoding = "cp1252"
    plain = in_utf8(source.plain, encoding, bench.folder / "files")
    again = _csv(bench, Plain(source.path, plain, "csv", encoding), "")
    for name, sql in source.computed:
        again = computing(again, name, sql)
    return replace(again, sample=_sample(bench, again))


def csv_relation(source: Source, *, strict: bool = True) -> str:
    """Return SQL that reads a CSV as text; lines it refuses go to `reject_errors`."""
    dialect = source.dialect
    if dialect is None:
        raise ValueError(f"{source.name} is no CSV")
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in dialect.names)
    options = {
        "header": "false",
        "skip": str(dialect.skip),
        "auto_detect": "false",
        "delim": literal(dialect.delimiter),
        "quote": literal(dialect.quote),
        "escape": literal(dialect.quote),
        "columns": f"{{{columns}}}",
        "store_rejects": "true",
        "strict_mode": "true" if strict and not dialect.mixed_newlines else "false",
    }
    told = ", ".join(f"{name}={value}" for name, value in options.items())
    return with_computed(f"SELECT * FROM read_csv({literal(str(source.plain))}, {told})", source)


def with_computed(relation: str, source: Source) -> str:
    """Return a relation with the columns that are computed from others."""
    if not source.computed:
        return relation
    further = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in source.computed)
    return f"SELECT *, {further} FROM ({relation})"


def computing(source: Source, name: str, sql: str) -> Source:
    """Return a source with one more column of text, computed from its others."""
    further = replace(
        source,
        columns=(*source.columns, SourceColumn(name)),
        computed=(*source.computed, (name, sql)),
    )
    if source.dialect:
        return replace(further, relation=csv_relation(further))
    only = replace(source, computed=((name, sql),))
    return replace(further, relation=with_computed(source.relation, only))


def clear_rejects(bench: Workbench) -> None:
    """Forget the lines that an earlier reading refused."""
    bench.sql("DROP TABLE IF EXISTS reject_errors")
    bench.sql("DROP TABLE IF EXISTS reject_scans")


def _csv(_bench: Workbench, plain: Plain, _sheet: str) -> Source:
    name = plain.source.name
    dialect = sniff(plain.path, file=name)
    warnings = [
        message(
            "The header of {file} has {name!r} more than once; the further ones are called "
            "{name!r} (2) and so on.",
            file=name,
            name=repeated,
        )
        for repeated in dialect.repeated
    ]
    source = Source(
        plain.source,
        name,
        "csv",
        plain.path,
        tuple(SourceColumn(column) for column in dialect.names),
        "",
        encoding=plain.encoding,
        dialect=dialect,
        first_line=dialect.skip + 1,
        warnings=tuple(warnings),
    )
    return replace(source, relation=csv_relation(source))


def _json_lines(bench: Workbench, plain: Plain, _sheet: str) -> Source:
    name = plain.source.name
    with plain.path.open("rb") as file:
        array = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"["
    file_sql = literal(str(plain.path))
    if array:
        lines = f"SELECT json::VARCHAR AS {_JSON_LINE} FROM read_json_objects({file_sql})"
    else:
        # One text a line: a broken line is then one bad row with its number, and nothing more.
        lines = (
            f"SELECT {_JSON_LINE} FROM read_csv({file_sql}, header=false, auto_detect=false, "
            f"delim='\x01', quote='', escape='', columns={{'{_JSON_LINE}': 'VARCHAR'}}, "
            f"store_rejects=true, strict_mode=false) WHERE trim({_JSON_LINE}, ' \r\t') <> ''"
        )
    # Each is asked of what the one before let through: asked of a broken line they would fail.
    valid = f"CASE WHEN json_valid({_JSON_LINE}) THEN {_JSON_LINE} END"
    read = f"SELECT *, {valid} AS _json FROM ({lines})"
    objects = (
        f"SELECT *, CASE WHEN json_type(_json) = 'OBJECT' THEN _json END AS _object FROM ({read})"
    )
    with guarded(name):
        keys = bench.rows(
            "SELECT key, min(pos) FROM (SELECT unnest(json_keys(_object)) AS key, "
            "generate_subscripts(json_keys(_object), 1) AS pos FROM (SELECT _object FROM "
            f"({objects}) WHERE _object IS NOT NULL LIMIT 10000)) GROUP BY key ORDER BY 2, 1"
        )
    clear_rejects(bench)
    names = [row[0] for row in keys]
    if not names:
        raise BadInputError(
            "No line of {file} is a JSON object; each line has to be one, such as {example}.",
            file=name,
            example='{"order_id": "1", "amount": 9.5}',
        )
    cells = ", ".join(
        f"json_extract_string(_object, {literal(_json_path(key))}) AS {quoted(key)}"
        for key in names
    )
    broken = f"CASE WHEN _object IS NULL THEN coalesce({_JSON_LINE}, '') END AS _broken"
    relation = f"SELECT {cells}, {broken} FROM ({objects})"
    columns = tuple(SourceColumn(key) for key in names)
    return Source(
        plain.source, name, "jsonl", plain.path, columns, relation, encoding=plain.encoding
    )


def _json_path(key: str) -> str:
    return '$."' + key.replace('"', '\\"') + '"'


def _parquet(bench: Workbench, plain: Plain, _sheet: str) -> Source:
    try:
        pq.read_schema(plain.path)
    except (OSError, ValueError) as wrong:
        raise BadInputError(
            "{file} is cut off or damaged: its end, where Parquet keeps the table of contents, "
            "cannot be read. Nothing was imported; copy or export the file again.",
            file=plain.source.name,
        ) from wrong
    relation = f"SELECT * FROM read_parquet({literal(str(plain.path))})"
    columns = tuple(
        SourceColumn(name, _kind(kind)) for name, kind, *_ in bench.rows(f"DESCRIBE {relation}")
    )
    return Source(plain.source, plain.source.name, "parquet", plain.path, columns, relation)


def _excel(bench: Workbench, plain: Plain, sheet: str) -> Source:
    book = excel.extract(plain.path, bench.folder / "files", file=plain.source.name, sheet=sheet)
    relation = f"SELECT * FROM read_parquet({literal(str(book.parquet))})"
    warnings: tuple[Message, ...] = ()
    if len(book.sheets) > 1 and not sheet:
        warnings = (
            message(
                "{file} has the sheets {sheets}; {sheet!r} was read. Choose another one by name.",
                file=plain.source.name,
                sheets=", ".join(book.sheets),
                sheet=book.sheet,
            ),
        )
    return Source(
        plain.source,
        plain.source.name,
        "excel",
        book.parquet,
        tuple(SourceColumn(name) for name in book.names),
        relation,
        sheet=book.sheet,
        sheets=book.sheets,
        first_line=book.first_line,
        warnings=warnings,
    )


def _kind(engine_type: str) -> str:
    head = engine_type.split("(", maxsplit=1)[0]
    if head in {"DATE"}:
        return "day"
    if head.startswith("TIMESTAMP"):
        return "zoned" if "TIME ZONE" in engine_type else "instant"
    if head == "BOOLEAN":
        return "bool"
    if head in {"DECIMAL", "DOUBLE", "FLOAT"} or head.endswith(("INT", "INTEGER")):
        return "number"
    return "text"


def _sample(bench: Workbench, source: Source) -> tuple[dict[str, str | None], ...]:
    cells = ", ".join(f"{quoted(name)}::VARCHAR" for name in source.names)
    text = f"SELECT {cells} FROM ({source.relation}) LIMIT {SAMPLE}"
    try:
        with guarded(source.name):
            rows = bench.rows(text)
    except EngineError:
        if source.format != "csv":
            raise
        with guarded(source.name):
            rows = bench.rows(
                f"SELECT {cells} FROM ({csv_relation(source, strict=False)}) LIMIT {SAMPLE}"
            )
    clear_rejects(bench)
    return tuple(dict(zip(source.names, row, strict=True)) for row in rows)


def require_columns(source: Source, wanted: Sequence[str]) -> None:
    """Refuse a source in which one of the `wanted` columns is missing, naming the nearest.

    Raises
    ------
    BadInputError
        With every missing column.
    """
    missing = [name for name in wanted if name not in source.names]
    if missing:
        told = " ".join(
            str(
                message(
                    "{column!r} is missing. {fix}",
                    column=column,
                    fix=did_you_mean(column, source.names),
                )
            )
            for column in missing
        )
        raise BadInputError(
            "{file} does not have every column that its mapping names: {told}",
            file=source.name,
            told=told,
        )
