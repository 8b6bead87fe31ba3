"""Hosts: which of them are this machine."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, reached by none but itself.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "[::1]", "example.com")]
    [True, True, True, False]
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
