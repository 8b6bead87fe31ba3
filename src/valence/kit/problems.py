"""Errors at the edge: problem details (RFC 9457) for the API, a page for a reader."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from valence.core.errors import BadInputError, ValenceError, did_you_mean, in_short
from valence.core.ids import new_id
from valence.core.messages import Message, message
from valence.core.rules import RuleError
from valence.kit.ask import Asked, asked

log = logging.getLogger("valence.web")

TYPES = "/api/v1/problems/"
TITLES: dict[str, tuple[int, Message]] = {
    "bad-input": (422, message("That cannot be used as it stands")),
    "settings": (422, message("A setting is wrong")),
    "not-found": (404, message("There is nothing here")),
    "method-not-allowed": (405, message("This address does not take that kind of request")),
    "conflict": (409, message("Things have moved on")),
    "busy": (409, message("Somebody else is at work here")),
    "forbidden": (403, message("You may not do this")),
    "foreign-host": (421, message("This server is not called that")),
    "missing-extra": (501, message("A part is not installed")),
    "store-unreachable": (503, message("The store cannot be reached")),
    "out-of-space": (507, message("The disk is full")),
    "bad-request": (400, message("The request could not be read")),
    "internal": (500, message("Something broke on our side")),
}
_BY_STATUS = {400: "bad-request", 403: "forbidden", 404: "not-found", 405: "method-not-allowed"}


class FieldFault(BaseModel):
    """One field of a request that is wrong."""

    field: str = Field(description="Where it stands: `query.limit`, `body.points`.")
    detail: str = Field(description="What is wrong with it, in the reader's language.")


class ProblemDetail(BaseModel):
    """A problem (RFC 9457), served as application/problem+json."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(description="Stable address of the kind of problem.")
    title: str = Field(description="The kind of problem, in the reader's language.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened here and what to do, in the reader's language.")
    instance: str = Field(description="The path that was asked for.")
    errors: list[FieldFault] = Field([], description="The fields at fault, where there are any.")


_ANYWHERE = (
    (403, "The actor lacks the permission, or another site's page sent this."),
    (404, "The named thing does not exist."),
    (405, "This address does not take that method."),
    (409, "The world moved on, or an idempotency key was used for something else."),
    (421, "The request names another host: this server answers to its own address only."),
    (422, "The request cannot be used as it stands; `errors` names the fields."),
    (500, "Something broke; `incident` finds it in the log."),
    (503, "The store cannot be reached; try again later."),
)
_ON_WRITING = (
    (400, "The body could not be read."),
    (507, "The disk is full; nothing was changed."),
)


def problem_responses(method: str) -> dict[int | str, dict[str, Any]]:
    """Return what the API's description says of the problems of a method."""
    told = _ANYWHERE if method == "GET" else (*_ANYWHERE, *_ON_WRITING)
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDetail"}}
    content = {"application/problem+json": schema}
    return {status: {"description": text, "content": content} for status, text in told}


class UnknownParametersError(BadInputError):
    """An address names parameters that its route does not have."""

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        fixes = {name: did_you_mean(name, known) for name in unknown}
        self.fields = [
            (f"query.{name}", message("There is no such parameter. {fix}", fix=fix))
            for name, fix in fixes.items()
        ]
        name, fix = next(iter(fixes.items()))
        super().__init__(message("There is no parameter {name!r} here. {fix}", name=name, fix=fix))


@dataclass(frozen=True, slots=True)
class Fault:
    """An error, ready to be worded: its kind, its status, what it says, the fields at fault."""

    kind: str
    status: int
    detail: Message
    fields: Sequence[tuple[str, Message]] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def fault_of(error: Exception) -> Fault:
    """Return what to tell about an error."""
    if isinstance(error, RuleError):
        fields = [("where", each.message) for each in error.faults]
        places = [{"start": each.start, "end": each.end} for each in error.faults]
        extra = {"places": places, "corrected": error.corrected}
        return Fault("bad-input", error.status, error.message, fields, extra)
    if isinstance(error, ValenceError):
        at_fault: Sequence[tuple[str, Message]] = getattr(error, "fields", ())
        extra = dict(getattr(error, "extra", {}))
        return Fault(_kind(type(error)), error.status, error.message, at_fault, extra)
    if isinstance(error, RequestValidationError):
        fields = [field_fault(dict(each)) for each in error.errors()]
        names = ", ".join(name for name, _ in fields)
        said = message("Wrong or missing in the request: {names}.", names=names)
        return Fault("bad-input", 422, said, fields)
    if isinstance(error, HTTPException):
        kind = _BY_STATUS.get(error.status_code, "bad-request")
        return Fault(kind, error.status_code, _STATUS_DETAIL.get(kind, Message(str(error.detail))))
    incident = str(new_id())
    log.error("incident %s: %s", incident, in_short(error), exc_info=error)
    said = message(
        "It was not your input. Try again; if it stays, give incident {incident} to whoever runs "
        "this server: the log has the details. What you sent was kept whole or not at all.",
        incident=incident,
    )
    return Fault("internal", 500, said, extra={"incident": incident})


_STATUS_DETAIL = {
    "not-found": message(
        "No page stands at this address. It may have moved; the navigation leads on."
    ),
    "method-not-allowed": message("Go back to the page and use its buttons."),
}


def _kind(error: type[ValenceError]) -> str:
    """Return the nearest listed kind: OutOfSpaceError is out-of-space, its heirs too."""
    for ancestor in error.__mro__:
        name = ancestor.__name__.removesuffix("Error")
        slug = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
        if slug in TITLES:
            return slug
    return "internal"


# What pydantic says most often, in words that can be translated; the rest stays English.
_WORDS = {
    "missing": message("is missing"),
    "int_parsing": message("is not a whole number"),
    "float_parsing": message("is not a number"),
    "decimal_parsing": message("is not a number"),
    "date_from_datetime_parsing": message("is not a day such as 2026-10-31"),
    "date_parsing": message("is not a day such as 2026-10-31"),
    "uuid_parsing": message("is not an id"),
    "bool_parsing": message("is neither yes nor no"),
    "json_invalid": message("is not valid JSON"),
}


def field_fault(error: dict[str, Any]) -> tuple[str, Message]:
    """Return where one of pydantic's errors stands, and what is wrong there in our words."""
    kind, context = str(error["type"]), dict(error.get("ctx") or {})
    name = ".".join(str(part) for part in error["loc"])
    if kind in ("greater_than_equal", "less_than_equal"):
        edge = context.get("ge", context.get("le"))
        if kind == "greater_than_equal":
            return name, message("must be {edge} or more", edge=edge)
        return name, message("must be {edge} or less", edge=edge)
    if kind in ("literal_error", "enum"):
        return name, message("must be one of {known}", known=context.get("expected", ""))
    return name, _WORDS.get(kind) or Message("{why}", {"why": str(error["msg"])})


def problem(ask: Asked, fault: Fault) -> JSONResponse:
    """Return a fault as application/problem+json in the reader's language."""
    body = {
        "type": TYPES + fault.kind,
        "title": ask._(TITLES[fault.kind][1]),
        "status": fault.status,
        "detail": ask._(fault.detail),
        "instance": ask.request.url.path,
        "errors": [{"field": name, "detail": ask._(said)} for name, said in fault.fields],
        **fault.extra,
    }
    return JSONResponse(body, fault.status, media_type="application/problem+json")


def error_page(ask: Asked, fault: Fault) -> Response:
    """Return a fault as a page, or as a fragment where htmx waits for one."""
    template = "kit/error_fragment.html" if ask.is_fragment else "kit/error.html"
    return ask.page(
        template,
        status=fault.status,
        fault=fault,
        title=ask._(TITLES[fault.kind][1]),
        typed=_typed(ask.request),
    )


def _typed(request: Request) -> list[tuple[str, str]]:
    """Return what was typed into the form that failed, so that nobody types it twice."""
    if request.method != "POST":
        return []
    form = getattr(request, "_form", None)  # set where the handler has read it
    pairs = form.multi_items() if form is not None else ()
    return [(name, value) for name, value in pairs if isinstance(value, str)]


async def _answer(request: Request, error: Exception) -> Response:
    ask, fault = asked(request), fault_of(error)
    wants_json = "json" in request.headers.get("accept", "")
    if request.url.path.startswith("/api/") or wants_json:
        return problem(ask, fault)
    return error_page(ask, fault)


def install(app: FastAPI) -> None:
    """Let the application answer every error in our words."""
    for kind in (ValenceError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)
    app.add_middleware(Catch)


class Catch:
    """Middleware: answers what no handler expected.

    Starlette's own place for that lies outside all middleware: its answer would lack the security
    headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an error before the answer began becomes an answer."""
        begun = False

        async def watched(event: Event) -> None:
            nonlocal begun
            begun = True
            await send(event)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise  # the server cuts the connection, so that nobody takes a part for the whole
            answer = await _answer(Request(scope, receive), error)
            await answer(scope, receive, send)
