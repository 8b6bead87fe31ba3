"""What all requests share: the brand, the capabilities, templates, assets, and open services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined

from valence.core.messages import Message, message
from valence.core.settings import Brand
from valence.kit.assets import Assets
from valence.kit.capability import Capability, Page, loaded
from valence.kit.navigation import Group, grouped
from valence.kit.page import spark_points
from valence.kit.titles import TABLE_TITLES

Service = TypeVar("Service")


@dataclass
class House:
    """One brand's web application: made once by `app/web.py`, reached as `app.state.house`."""

    brand: Brand
    capabilities: Sequence[Capability]
    read: Callable[[], Any] | None = None  # opens the lake's reader at its present snapshot
    as_of: Callable[[Any], Any] | None = None  # the `as_of` day of a reader's snapshot
    services: Mapping[type, Any] = field(default_factory=dict)
    pseudo: bool = False  # admit the pseudo-language, for tests
    assets: Assets = field(default_factory=Assets)

    def panels(self, page: Page, **names: str) -> list[str]:
        """Return where the parts that capabilities fill on a page are fetched from."""
        every = [panel for each in self.capabilities for panel in each.panels if panel.page == page]
        every.sort(key=lambda panel: (panel.order, panel.path))
        safe = {name: quote(value, safe="") for name, value in names.items()}
        return [panel.path.format(**safe) for panel in every]

    @cached_property
    def navigation(self) -> tuple[Group, ...]:
        """The navigation of all capabilities."""
        return grouped(self.capabilities)

    @cached_property
    def table_titles(self) -> Mapping[str, Message]:
        """What the tables and the marts of all capabilities are called."""
        marts = (mart for each in self.capabilities for mart in loaded(each.marts))
        return {**TABLE_TITLES, **{mart.name: mart.title for mart in marts}}

    @cached_property
    def templates(self) -> Environment:
        """Templates: those of the kit as `kit/…`, those of a capability as `<its name>/…`."""
        loaders = {"kit": PackageLoader("valence.kit", "templates/kit")}
        for capability in self.capabilities:
            if capability.templates:
                loaders[capability.name] = PackageLoader(capability.templates, "templates")
        environment = Environment(
            loader=PrefixLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(spark_points=spark_points, message=message)
        return environment

    def service(self, kind: type[Service]) -> Service:
        """Return the open service of a class (Store, Jobs…); KeyError names a missing one."""
        return cast("Service", self.services[kind])
