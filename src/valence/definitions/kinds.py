"""Kinds of definitions: what users define, as a typed document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from valence.core.messages import Message, message
from valence.core.registry import Registry
from valence.definitions.documents import Json
from valence.definitions.faults import Fault, FaultyDefinitionError, explained

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class DefinitionKind(Generic[M]):
    """One kind of definition: a loyalty programme, a survey, a journey.

    `check` finds what the types cannot say, such as a tier that names no level of the programme;
    it is asked before a version is published. Of a `singleton` there is one, named as its kind.
    """

    name: str
    title: Message
    model: type[M]
    permission: str  # `capability:verb`, for whoever drafts and publishes
    check: Callable[[M], Iterable[Fault]] | None = None
    singleton: bool = False

    def __post_init__(self) -> None:
        for where, node in _objects(self.model.model_json_schema()):
            if node.get("additionalProperties", True) is True:
                raise ValueError(
                    f"{where} of the definition kind {self.name!r} must forbid unknown fields "
                    "(extra='forbid'): a misspelt one would be lost without a word"
                )

    def parsed(self, document: Mapping[str, Any]) -> M:
        """Return the document as the kind's model.

        Raises
        ------
        FaultyDefinitionError
            All that the types find wrong.
        """
        try:
            return self.model.model_validate(document)
        except ValidationError as wrong:
            errors = wrong.errors()
            raise FaultyDefinitionError(
                [explained(dict(error), self.model) for error in errors]
            ) from wrong

    def normal(self, document: Mapping[str, Any]) -> Json:
        """Return the document as it is kept: every field, defaults included.

        A default may change with the code; what a published version means must not.
        """
        dumped: Json = self.parsed(document).model_dump(mode="json")
        return dumped

    def defaults(self) -> Json | None:
        """Return the document that holds where nothing is published; None if it has no defaults."""
        try:
            return self.normal({})
        except FaultyDefinitionError:
            return None

    def faults(self, document: Mapping[str, Any], *, draft: bool = False) -> list[Fault]:
        """Return all that is wrong, by the types and, unless it is a `draft`, by `check`."""
        try:
            model = self.parsed(document)
        except FaultyDefinitionError as faulty:
            return faulty.faults
        return list(self.check(model)) if self.check and not draft else []


class DefinitionKinds(Registry[DefinitionKind[Any]]):
    """The kinds of definitions that an application knows, by name."""

    unknown = message("There is no kind of definition {name!r}. {fix}")


def _objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for node in (schema, *schema.get("$defs", {}).values()):
        if "properties" in node:
            yield str(node.get("title", "a part")), node
