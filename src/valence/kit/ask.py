"""The ask: who asks, in which language, of which brand; what every handler is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from valence.core.messages import Message
from valence.core.settings import Brand
from valence.kit.capability import NavItem
from valence.kit.format import Formats
from valence.kit.house import House
from valence.kit.languages import COOKIE, Language, chosen, language
from valence.kit.navigation import current
from valence.trust.actor import LOCAL, Actor

Service = TypeVar("Service")
THEMES = ("light", "dark", "system")
THEME_COOKIE = "valence_theme"


@dataclass
class Asked:
    """One request as a handler sees it. Handlers annotate it as `ask: Ask`."""

    request: Request
    actor: Actor
    house: House
    language: Language
    theme: str

    def _(self, text: str | Message, /, **values: object) -> str:
        """Word an English sentence (extracted for translation) or a message for the reader."""
        return self.language.worded(text, **values)

    @property
    def brand(self) -> Brand:
        """The brand whose pages these are."""
        return self.house.brand

    @property
    def locale(self) -> str:
        """The language's code, en or zh."""
        return self.language.code

    @cached_property
    def format(self) -> Formats:
        """Formats of the reader's language, the brand's currency and zone."""
        settings = self.brand.settings
        return Formats(self.language, settings.brand.currency, settings.zone)

    @cached_property
    def reader(self) -> Any:
        """The lake's reader (`valence.lake.Reader`), one snapshot for the whole request."""
        if self.house.read is None:
            raise LookupError("create_app was given no reader of the lake")
        return self.house.read()

    @cached_property
    def as_of(self) -> date | None:
        """The day up to which the published marts tell; None before the first build."""
        return None if self.house.as_of is None else self.house.as_of(self.reader)

    def service(self, kind: type[Service]) -> Service:
        """Return an open service of the house by its class."""
        return self.house.service(kind)

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    def url(self, path: str, /, **params: object) -> str:
        """Return `path` with a query string; parameters that are None or empty are left out."""
        kept = {name: value for name, value in params.items() if value not in (None, "")}
        return f"{path}?{urlencode(kept, doseq=True)}" if kept else path

    def here(self, **changes: object) -> str:
        """Return this page's address with some query parameters changed; None takes one away."""
        params = self.request.query_params
        kept: dict[str, object] = {name: params.getlist(name) for name in params}
        return self.url(self.request.url.path, **{**kept, **changes})

    @cached_property
    def nav_item(self) -> NavItem | None:
        """The navigation entry that this page stands under."""
        return current(self.house.navigation, self.request.url.path)

    def page(self, template: str, /, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a template (`value/tiers.html`) as the answer.

        Templates see `ask`, `_`, `fmt` (the formats) and `asset` besides `values`.
        """
        return HTMLResponse(self.render(template, values), status)

    def render(self, template: str, values: Mapping[str, Any]) -> str:
        """Return a rendered template."""
        shared = {
            "ask": self,
            "_": self._,
            "fmt": self.format,
            "asset": self.house.assets.url,
        }
        # Not as globals: Jinja keeps those of the first request with the cached template.
        return self.house.templates.get_template(template).render(**shared, **values)


def asked(request: Request) -> Asked:
    """Return the ask of a request; made once and kept on it."""
    kept: Asked | None = getattr(request.state, "asked", None)
    if kept is not None:
        return kept
    house: House = request.app.state.house
    code = chosen(
        request.cookies.get(COOKIE),
        request.headers.get("accept-language"),
        house.brand.settings.brand.language,
        pseudo=house.pseudo,
    )
    theme = request.cookies.get(THEME_COOKIE, "system")
    made = Asked(request, LOCAL, house, language(code), theme if theme in THEMES else "system")
    request.state.asked = made
    return made


async def _asked(request: Request) -> Asked:
    # A coroutine, so that it runs in the event loop: a thread hop would cost more than the work.
    return asked(request)


Ask = Annotated[Asked, Depends(_asked)]
