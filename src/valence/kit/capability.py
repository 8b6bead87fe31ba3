"""What a capability declares, so that `app/` can hang it into the house with one line."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from valence.core.messages import Message

Loop = Literal["know", "measure", "decide", "act", "prove", "house"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation, under one step of the loop."""

    under: Loop
    title: Message
    path: str
    permission: str
    order: int = 100
    beside: str = ""  # path of the entry that it belongs to: a tab above its pages, not an entry


Page = Literal["customer", "overview", "journey", "touchpoint"]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of another page that this capability fills: an htmx fragment by path."""

    page: Page
    path: str  # with {customer_id} on the customer page, {touchpoint} on that of a touchpoint
    permission: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Capability:
    """Everything that one capability brings.

    What is large is named as `module:attribute` and loaded only by the face that needs it, so that
    `valence --help` does not load the web and the worker does not load the pages.
    """

    name: str
    title: Message
    marts: str = ""  # a sequence of lake.marts.Mart
    definition_kinds: str = ""  # a sequence of definitions.kinds.DefinitionKind
    job_kinds: str = ""  # a function of the kit.opened.OpenBrand: its jobs.kinds.JobKind
    subscribers: str = ""  # a function of the kit.opened.OpenBrand: its store.delivery.Subscriber
    chores: str = ""  # functions of the kit.opened.OpenBrand that the worker calls now and then
    after_build: str = ""  # the same, called when a build has been published
    pages: str = ""  # a kit.routes.PageRouter
    api: str = ""  # a kit.routes.ApiRouter
    commands: str = ""  # a kit.commands.Commands
    nav: tuple[NavItem, ...] = ()
    panels: tuple[Panel, ...] = ()
    templates: str = ""  # package whose `templates/` folder holds its pages
    save_segment: str = ""  # address of the page that saves a rule (`?where=`) as a segment


def loaded(name: str) -> Any:
    """Return what `module:attribute` names; an empty tuple for an empty name."""
    if not name:
        return ()
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
