"""Mappings: which column of a source is which canonical column, and how its cells are written."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import Message
from valence.core.settings import Brand
from valence.intake.dates import DateOrder
from valence.intake.parsing import Decimals
from valence.intake.precedence import ALL, FIELDS
from valence.intake.statuses import CANCELLED, REFUNDED
from valence.intake.targets import KINDS, Kind
from valence.people.normalise import ID_TYPES

VERSION = 1
FOLDER = "mappings"
CONTACT = ("name", "first_name", "last_name", "address")
PARTS = ("first_name", "last_name")  # of a name
GROUPS = ("columns", "identifiers", "contact", "attributes")
_NAMING = ("column", "time")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cell(_Part):
    """Where one value comes from: a column (the first that exists), or a constant."""

    column: tuple[str, ...] = ()
    time: tuple[str, ...] = Field((), description="Column of the time of day, beside the date's.")
    together: tuple[str, ...] = Field((), description="Columns whose cells make one number.")
    value: str | None = None
    date: DateOrder | None = None
    zone: str | None = None
    decimals: Decimals | None = None
    values: dict[str, str] = Field(default_factory=dict, description="Words of the source → ours.")
    lookup: str = Field("", description="Sibling file, by the name of its mapping, that renames.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"column": (given,)}
        if isinstance(given, list):
            return {"column": tuple(given)}
        if isinstance(given, dict):
            alone = {k: (v,) for k, v in given.items() if k in _NAMING and isinstance(v, str)}
            return {**given, **alone}
        return given

    def found_in(self, names: AbstractMapping[str, str]) -> str | None:
        """Return the source's column by its name in lower case, or None."""
        return _first(self.column, names)

    def time_in(self, names: AbstractMapping[str, str]) -> str | None:
        """Return the source's column of the time of day, or None."""
        return _first(self.time, names)

    def own_in(self, names: AbstractMapping[str, str]) -> Iterator[str]:
        """Yield the columns of a source that mean this value and nothing else."""
        yield from (name for name in (self.found_in(names), self.time_in(names)) if name)

    def read_in(self, names: AbstractMapping[str, str]) -> Iterator[str]:
        """Yield every column of a source that is read for this value."""
        yield from self.own_in(names)
        yield from (names[c.casefold()] for c in self.together if c.casefold() in names)


def _first(columns: tuple[str, ...], names: AbstractMapping[str, str]) -> str | None:
    return next((names[c.casefold()] for c in columns if c.casefold() in names), None)


def _day_order(value: Any) -> Any:
    return None if value in {"", "auto"} else value


def _for_all(value: Any) -> Any:
    return {ALL: value} if isinstance(value, list | tuple) else value


class Returns(_Part):
    """How a source says that goods came back."""

    prefix: str = Field("", description="Order numbers that begin so are returns, such as C.")
    statuses: tuple[str, ...] = Field((), description="Words that mean: this row gives back.")
    refunded: tuple[str, ...] = Field(
        REFUNDED, description="Statuses of an order that was given back in full."
    )
    adjustment_prefix: str = Field("", description="Order numbers of bookings that are no sale.")


class FileMapping(_Part):
    """How one form of file becomes rows of one canonical table."""

    version: Literal[1] = 1
    name: str
    title: str = ""
    kind: Kind
    namespace: str = Field("shop", description="Whose order, product and user numbers these are.")
    source: str = Field("", description="System the rows come from; empty: the namespace.")
    matches: tuple[tuple[str, ...], ...] = Field(
        (), description="A file is of this form if it has, of each group, one of the names."
    )
    columns: dict[str, Cell] = Field(default_factory=dict)
    identifiers: dict[str, Cell] = Field(default_factory=dict)
    contact: dict[str, Cell] = Field(default_factory=dict, description="For the vault only.")
    attributes: dict[str, Cell] = Field(default_factory=dict)
    properties: tuple[str, ...] = Field((), description="Columns kept as properties of an event.")
    date: Annotated[DateOrder | None, BeforeValidator(_day_order)] = None
    zone: str = Field("", description="Zone of clock times; empty: the brand's.")
    decimals: Decimals | None = None
    currency: str = Field("", description="Currency of all amounts; empty: the brand's.")
    tax_rate: Decimal | None = Field(None, description="Rate contained in gross amounts.")
    prices: Literal["net", "gross"] = Field("net", description="Whether prices contain tax.")
    discounted: bool = Field(
        default=False, description="Whether amounts already have the discount off."
    )
    returns: Returns = Returns()
    cancelled: tuple[str, ...] = Field(
        CANCELLED, description="Statuses of what was called off: nothing was bought."
    )
    fill_down: tuple[str, ...] = Field(
        (), description="Columns that stand on the first line of an order only."
    )
    precedence: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_for_all)] = Field(
        default_factory=dict,
        description="Sources of the namespace, the most trusted first; also field by field.",
    )

    @property
    def system(self) -> str:
        """The source that rows name."""
        return self.source or self.namespace

    @property
    def leaves_day_to_order(self) -> bool:
        """Whether lines may have no date of their own: their order has it, or its first line."""
        return self.kind == "order_lines" and (
            "ordered_at" not in self.columns or "ordered_at" in self.fill_down
        )

    @property
    def in_vault(self) -> tuple[str, ...]:
        """The kinds of contact data that rows give: parts of a name make one."""
        return tuple(dict.fromkeys("name" if one in PARTS else one for one in self.contact))

    @model_validator(mode="before")
    @classmethod
    def _without_gaps(cls, given: Any) -> Any:
        """Leave out what a draft has a place for and nobody filled in."""
        if not isinstance(given, dict):
            return given
        filled = {
            group: {name: cell for name, cell in given[group].items() if cell is not None}
            for group in GROUPS
            if isinstance(given.get(group), dict)
        }
        empty = [group for group in GROUPS if group in given and given[group] is None]
        return {k: v for k, v in {**given, **filled}.items() if k not in empty}

    @model_validator(mode="after")
    def _known_names(self) -> FileMapping:
        for given, known, why in (
            (self.columns, KINDS[self.kind].targets, f"is not a column of {self.kind}"),
            (self.identifiers, ID_TYPES, "is not a kind of identifier"),
            (self.contact, CONTACT, "is no contact data"),
            (self.precedence, FIELDS, "is no field of an order"),
        ):
            for name in given:
                if name not in known:
                    raise ValueError(f"{name!r} {why}. {did_you_mean(name, known)}")
        return self

    def cells(self) -> Iterator[tuple[str, Cell]]:
        """Yield every cell with a name that tells where in the mapping it stands."""
        for group in GROUPS:
            for name, cell in getattr(self, group).items():
                yield f"{group}.{name}", cell

    def fits(self, names: AbstractMapping[str, str]) -> bool:
        """Whether a file with these columns (lower case → as written) has this form."""
        return bool(self.matches) and all(
            any(one.casefold() in names for one in group) for group in self.matches
        )


def folded(names: tuple[str, ...]) -> dict[str, str]:
    """Return column names by their lower case."""
    return {name.casefold(): name for name in names}


def read_mapping(text: str, *, where: str) -> FileMapping:
    """Return the mapping of a YAML text.

    Raises
    ------
    BadInputError
        With all that is wrong with it: where, why, and the near name of a typo.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise BadInputError(
            "{where} is not valid YAML: {why}.", where=where, why=str(wrong)
        ) from wrong
    if not isinstance(document, dict):
        raise BadInputError("{where} is not a mapping of names to values.", where=where)
    try:
        return FileMapping.model_validate(document)
    except ValidationError as wrong:
        told = " ".join(_fault(dict(error)) for error in wrong.errors())
        raise BadInputError("{where}: {faults}", where=where, faults=told) from wrong


def load_mapping(path: Path) -> FileMapping:
    """Return the mapping in a YAML file; see `read_mapping`."""
    if not path.is_file():
        raise BadInputError("There is no mapping file {path}.", path=path)
    return read_mapping(path.read_text("utf-8"), where=str(path))


class _Dumper(yaml.SafeDumper):
    """Writes YAML that says the same when it is read: unquoted, NEL would come back as a blank."""


def _quoted_where_needed(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if "\x85" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted_where_needed)


def mapping_yaml(mapping: FileMapping) -> str:
    """Return a mapping as canonical YAML: only what differs from the defaults."""
    document = mapping.model_dump(mode="json", exclude_defaults=True)
    document = {"version": VERSION, **document}
    for group in GROUPS:
        for name, cell in document.get(group, {}).items():
            cell |= {k: cell[k][0] for k in _NAMING if len(cell.get(k, ())) == 1}
            if list(cell) == ["column"]:
                document[group][name] = cell["column"]
    if list(document.get("precedence", ())) == [ALL]:
        document["precedence"] = document["precedence"][ALL]
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def keep_mapping(brand: Brand, mapping: FileMapping, signature: str) -> Path:
    """Keep a confirmed mapping for the next file with the same columns; return its path.

    One that was kept before for these columns goes: of two, only one would be found.
    """
    folder = brand.root / FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / f"{mapping.name}-{signature}.yaml"
    path.write_text(mapping_yaml(mapping), "utf-8")
    for before in folder.glob(f"*-{signature}.yaml"):
        if before != path:
            before.unlink()
    return path


def kept_mapping(brand: Brand, signature: str) -> FileMapping | None:
    """Return the mapping that was confirmed for a file with the same columns."""
    paths = sorted((brand.root / FOLDER).glob(f"*-{signature}.yaml"))
    return load_mapping(paths[-1]) if paths else None


@cache
def ready_mappings() -> tuple[FileMapping, ...]:
    """Return the mappings that come with Valence."""
    folder = resources.files("valence.intake") / "mappings"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(read_mapping(f.read_text("utf-8"), where=f.name) for f in files)


def ready_mapping(names: tuple[str, ...]) -> FileMapping | None:
    """Return the ready mapping whose form a file with these columns has, the narrowest first."""
    known = folded(names)
    fitting = [mapping for mapping in ready_mappings() if mapping.fits(known)]
    return max(fitting, key=lambda mapping: len(mapping.matches), default=None)


def _fault(error: dict[str, Any]) -> str:
    path = [str(part) for part in error["loc"]]
    last = path[-1] if path else ""
    if error["type"] == "extra_forbidden":
        model = Cell if len(path) > 2 else Returns if path[0] == "returns" else FileMapping
        return f"{'.'.join(path)!r} is not known. {did_you_mean(last, model.model_fields)}"
    if path[:1] == ["kind"]:
        given = str(error.get("input"))
        return f"kind: {given!r} is not a kind of file. {did_you_mean(given, KINDS)}"
    why = str(error["msg"]).removeprefix("Value error, ")
    at = ".".join(path)
    return (f"{at}: " if at else "") + why + ("" if why.endswith((".", "?")) else ".")


Explanation = Message
