"""What stands before every request: host, origin, security headers, and the time it took."""

from __future__ import annotations

import time
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from valence.core.errors import ForbiddenError
from valence.core.hosts import is_loopback
from valence.core.messages import message
from valence.kit.ask import asked
from valence.kit.problems import Fault, problem

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = ("/s/", "/static/")  # all that the public address reaches: signed links, and their styles

# No inline script, style or handler anywhere: what a page needs stands in files and data blocks.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
FOREIGN_HOST = Fault(
    "foreign-host",
    421,
    message("This server answers to its own address only, such as http://127.0.0.1."),
)
FOREIGN_SITE = Fault(
    "forbidden",
    403,
    message("This form was sent from another site's page. Open the page here and send it again."),
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def check_host(host: str) -> str:
    """Return the address to listen on if it is loopback.

    Raises
    ------
    ForbiddenError
        If other machines could reach it: until sign-in exists whoever reaches the pages may do
        everything.
    """
    if not is_loopback(host):
        raise ForbiddenError(
            "Serving on {host} would let other machines in, and there is no sign-in yet. "
            "Use 127.0.0.1; from another machine, come through an SSH tunnel "
            "(ssh -L 8000:127.0.0.1:8000 THIS-MACHINE).",
            host=host,
        )
    return host


def _name(host: str) -> str:
    """Return the host without its port: `[::1]:8000` is `[::1]`."""
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


class Guard:
    """Middleware: refuses foreign hosts and foreign origins, adds headers and `Server-Timing`.

    A foreign `Host` is DNS rebinding: a page elsewhere whose name was pointed at this machine.
    A write that another site's page starts is refused by what the browser says of itself,
    `Sec-Fetch-Site` or `Origin`; a program that sends neither is no browser, carries no reader's
    cookies, and may write. By the `public` name, which a proxy of the brand passes on, only pages
    behind signed links are reached.
    """

    def __init__(
        self, app: ASGIApp, hosts: Collection[str] = LOOPBACK, public: str | None = None
    ) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()

        async def answer(event: Message) -> None:
            if event["type"] == "http.response.start":
                headers = MutableHeaders(scope=event)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                spent = (time.perf_counter() - started) * 1000
                headers.append("Server-Timing", f"app;dur={spent:.1f}")
            await send(event)

        if (fault := self._fault(scope, Headers(scope=scope))) is None:
            await self.app(scope, receive, answer)
        else:
            await _refusal(scope, fault)(scope, receive, answer)

    def _fault(self, scope: Scope, headers: Headers) -> Fault | None:
        host = headers.get("host", "")
        public = _name(host) == self.public and scope["path"].startswith(OPEN)
        if _name(host) not in self.hosts and not public:
            return FOREIGN_HOST
        if scope["method"] in SAFE or _same_origin(headers, host):
            return None
        return FOREIGN_SITE


def _refusal(scope: Scope, fault: Fault) -> Response:
    """Return a problem for a program; plain text for others: a page would load more from here."""
    ask = asked(Request(scope))
    if scope["path"].startswith("/api/"):
        return problem(ask, fault)
    return PlainTextResponse(f"{ask._(fault.detail)}\n", fault.status)


def _same_origin(headers: Headers, host: str) -> bool:
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in ("same-origin", "none")
    if (origin := headers.get("origin")) is not None:
        return urlsplit(origin).netloc == host
    return True
