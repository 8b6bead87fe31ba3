"""The page of alerts: what is open, the control chart, and who has seen it."""

from __future__ import annotations

from fastapi.responses import RedirectResponse, Response

from valence.core.clock import now
from valence.core.messages import message
from valence.experience.alerts import answers, book, view
from valence.experience.pages.router import pages
from valence.kit.ask import Ask
from valence.kit.built import built_of, unbuilt
from valence.kit.forms import FormData
from valence.kit.opened import OpenBrand
from valence.outbound.mail import can_send

_HERE = "/experience/alerts"


@pages.get(_HERE, permission="experience:read")
def alerts_page(ask: Ask, rule: str = "", entity: str = "") -> Response:
    """Show what is worse than usual, and the chart that tells it."""
    will = message("Scores that fall more than chance explains, where and since when.")
    missing = unbuilt(ask, will, "answers")
    if missing is not None or ask.as_of is None:
        return ask.page("kit/empty.html", title=view.TITLE, question=view.ASKED, empty=missing)
    found = answers.alerts_of(ask.service(OpenBrand), ask.reader, as_of=ask.as_of)
    shown = found.shown(rule, entity if rule else None)
    return ask.page(
        "experience/alerts.html",
        title=view.TITLE,
        question=view.ASKED,
        answer=view.answer(found),
        figures=view.figures(found, ask.format),
        open=view.rows(found.open, ask),
        closed=view.rows(found.closed[:20], ask),
        chart=view.chart(shown, ask.format),
        watched=view.watched(found, ask),
        digest=view.digest(found.digest, ask.format),
        mailed=view.mailed_to(found, can_send=can_send(ask.brand)),
        how=view.how(built_of(ask, "answers")),
        next=view.steps(),
    )


@pages.post(_HERE + "/{alert_id}", permission="experience:alert")
def settle_alert(ask: Ask, alert_id: str, data: FormData) -> Response:
    """Say that an alert was seen, or close it."""
    act = book.close if "close" in data else book.acknowledge
    found, note = answers.id_of(alert_id), data.get("note", "")[:2000]
    ask.service(OpenBrand).store.transact(
        lambda unit: act(unit, found, actor=ask.actor.id, at=now(), note=note)
    )
    return RedirectResponse(_HERE, 303)
