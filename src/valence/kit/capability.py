"""What a capability declares, so that `app/` can hang it into the house with one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from valence.core.messages import Message

if TYPE_CHECKING:  # named in annotations only: a face starts without loading Ibis and the store
    from valence.definitions.kinds import DefinitionKind
    from valence.jobs.kinds import JobKind
    from valence.lake.marts import Mart

Loop = Literal["know", "measure", "decide", "act", "prove", "house"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation, under one step of the loop."""

    under: Loop
    title: Message
    path: str
    permission: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of another page that this capability fills: an htmx fragment by path."""

    page: Literal["customer", "overview"]
    path: str  # with {customer_id} on the customer page
    permission: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Capability:
    """Everything that one capability brings.

    Routers and commands are named as `module:attribute` and imported only by the face that needs
    them, so that `valence --help` does not load the web and the worker loads neither.
    """

    name: str
    title: Message
    marts: tuple[Mart, ...] = ()
    definition_kinds: tuple[DefinitionKind, ...] = ()
    job_kinds: Callable[[], tuple[JobKind[Any], ...]] = tuple
    pages: str = ""  # module:attribute of a kit.routes.PageRouter
    api: str = ""  # module:attribute of a kit.routes.ApiRouter
    commands: str = ""  # module:attribute of a typer.Typer
    nav: tuple[NavItem, ...] = ()
    panels: tuple[Panel, ...] = ()
    templates: str = ""  # package whose `templates/` folder holds its pages
    extras: dict[str, Any] = field(default_factory=dict)
