"""The web application: what the capabilities declare, hung into one FastAPI app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from valence.core.settings import Brand
from valence.kit import front, problems
from valence.kit.capability import Capability, loaded
from valence.kit.guard import LOOPBACK, Guard
from valence.kit.house import House
from valence.kit.routes import ApiRouter, PageRouter

Hook = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(  # noqa: PLR0913 - what a house needs, each by its name
    brand: Brand,
    capabilities: Sequence[Capability],
    *,
    read: Callable[[], Any] | None = None,
    as_of: Callable[[Any], Any] | None = None,
    services: Mapping[type, Any] | None = None,
    lifespan: Sequence[Hook] = (),
    hosts: frozenset[str] = LOOPBACK,
    pseudo: bool = False,
) -> FastAPI:
    """Return the application of one brand, with the pages and API of all `capabilities`.

    Parameters
    ----------
    brand
        The brand folder.
    capabilities
        What to hang in; their routers are imported here.
    read, as_of
        Open the lake's reader for one request; the `as_of` day that a reader's marts tell.
    services
        Open services by class (the store, the jobs), for `ask.service(Class)`.
    lifespan
        Entered when the server starts and left when it stops, such as the worker.
    hosts
        Names that this server answers to.
    pseudo
        Admit the pseudo-language `xx`, for tests of the translations.
    """
    house = House(brand, capabilities, read, as_of, services or {}, pseudo=pseudo)

    @asynccontextmanager
    async def alive(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for hook in lifespan:
                await stack.enter_async_context(hook(app))
            yield

    app = FastAPI(
        title="Valence",
        version=front.VERSION,
        openapi_url=None,  # the kit serves it, with a permission, as it serves the docs page
        docs_url=None,
        redoc_url=None,
        lifespan=alive,
    )
    app.state.house = house
    problems.install(app)
    for router in (front.pages, front.api, *_routers(capabilities)):
        app.include_router(router.router)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Guard, hosts=hosts, public=urlsplit(brand.settings.web.address).hostname)
    return app


def _routers(capabilities: Sequence[Capability]) -> list[PageRouter | ApiRouter]:
    named = [name for each in capabilities for name in (each.pages, each.api) if name]
    return [loaded(name) for name in named]
