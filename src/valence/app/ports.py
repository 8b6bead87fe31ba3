"""Ports: the socket to serve on, taken before any work is done for what will be served."""

from __future__ import annotations

import errno
import socket

from valence.core.errors import ConflictError
from valence.kit.commands import say
from valence.kit.guard import check_host

_FURTHER = 20  # ports after the one that is taken


def listen(host: str, port: int, *, again: str, asked: bool) -> socket.socket:
    """Return a socket that listens; browsers that come early wait until something serves it.

    Parameters
    ----------
    host
        A loopback address.
    port
        0 takes any free one.
    again
        The command without its port, for the advice where the port is taken.
    asked
        Whether somebody asked for this very port: else the next free one does as well.

    Raises
    ------
    ForbiddenError
        If `host` is not a loopback address: nobody signs in yet.
    ConflictError
        If the port is taken; the message holds the command that works.
    """
    check_host(host)
    if (found := _bound(host, port)) is not None:
        return found
    for other in range(port + 1, port + 1 + _FURTHER):
        if (found := _bound(host, other)) is None:
            continue
        if asked:
            found.close()
            raise ConflictError(
                "Port {port} on {host} is taken by another program. Stop that one, or choose a "
                "port that is free now: `{again} --port {other}`.",
                port=port,
                host=host,
                again=again,
                other=other,
            )
        say(f"Port {port} is taken by another program: it will be port {other} instead.")
        return found
    raise ConflictError(
        "Port {port} on {host} is taken by another program, and so are the {n} after it. Take any "
        "that is free: `{again} --port 0`.",
        port=port,
        host=host,
        n=_FURTHER,
        again=again,
    )


def _bound(host: str, port: int) -> socket.socket | None:
    """Return a listening socket, or None where another program has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as wrong:
        listening.close()
        if wrong.errno != errno.EADDRINUSE:
            raise ConflictError(
                "Port {port} on {host} cannot be used: {why}.", port=port, host=host, why=wrong
            ) from wrong
        return None
    return listening
