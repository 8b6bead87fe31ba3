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
from valence.core.errors import ConflictError
from valence.kit.commands import say
from valence.kit.guard import check_host
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


def serve(house: WholeHouse, host: str, port: int, *, with_worker: bool = True) -> None:
    """Serve until stopped.

    Raises
    ------
    ForbiddenError
        If `host` is not a loopback address: nobody signs in yet.
    ConflictError
        If the port is taken.
    """
    check_host(host)
    listening = _listen(host, port)
    log_to(house.brand.data)
    say(
        f"Valence serves {house.brand.settings.brand.name} on "
        f"http://{host}:{listening.getsockname()[1]} — stop with Ctrl-C."
    )
    app = application(house, with_worker=with_worker)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as taken:
        listening.close()
        raise ConflictError(
            "Port {port} on {host} is taken by another program. Stop that one, or choose another "
            "port: `valence serve --port {next}`.",
            port=port,
            host=host,
            next=port + 1,
        ) from taken
    return listening
