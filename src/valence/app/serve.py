"""Serving: the web application of one brand on a loopback address, with its worker."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from valence.app.house import WholeHouse
from valence.app.logs import log_to
from valence.app.web import create_app
from valence.app.worker import Background
from valence.kit.commands import say
from valence.kit.opened import OpenBrand


def application(house: WholeHouse, *, with_worker: bool = False) -> FastAPI:
    """Return the web application of an opened brand."""

    @asynccontextmanager
    async def working(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001
        background = Background(house)
        background.start()
        try:
            yield
        finally:
            background.stop()

    return create_app(
        house.brand,
        house.capabilities,
        read=house.readers,
        as_of=lambda reader: reader.snapshot.as_of,
        services={OpenBrand: house, WholeHouse: house},
        lifespan=[working] if with_worker else [],
    )


def serve(house: WholeHouse, listening: socket.socket, *, with_worker: bool = True) -> None:
    """Serve on a socket of `valence.app.ports` until stopped."""
    log_to(house.brand.data)
    host, port = listening.getsockname()[:2]
    say(
        f"Valence serves {house.brand.settings.brand.name} on "
        f"http://{f'[{host}]' if ':' in host else host}:{port} — stop with Ctrl-C."
    )
    app = application(house, with_worker=with_worker)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    server.run(sockets=[listening])
