"""What users set for the journey: its stages, and the touchpoints with the rule of each."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from valence.core.errors import did_you_mean
from valence.core.rules import COLUMN_TYPES, Catalog, RuleError, Type, compile_rule
from valence.definitions.documents import Document
from valence.lake.canonical import CANONICAL, LINEAGE

JOURNEY_KIND = "journey"
Source = Literal["events", "orders", "feedback", "contacts", "messages"]
SOURCES: tuple[Source, ...] = ("events", "orders", "feedback", "contacts", "messages")


# What rules may ask of a row besides its own columns: hours from one moment to another, since a
# standard is a promise of time. Missing as long as it has not happened.
HOURS: dict[Source, dict[str, tuple[str, str]]] = {
    "events": {"hours_late": ("promised_at", "occurred_at")},
    "contacts": {
        "hours_to_answer": ("opened_at", "answered_at"),
        "hours_to_solve": ("opened_at", "solved_at"),
    },
    "messages": {"hours_to_open": ("sent_at", "opened_at")},
}


def _catalog(source: Source) -> Catalog:
    """What a rule may ask of a row: the columns of its table, but not which import brought it."""
    columns = {
        column.name: COLUMN_TYPES[column.kind]
        for column in CANONICAL[source].columns
        if column.kind in COLUMN_TYPES and column not in LINEAGE
    }
    return Catalog({**columns, **dict.fromkeys(HOURS.get(source, {}), Type.FLOAT)})


CATALOGS: dict[Source, Catalog] = {source: _catalog(source) for source in SOURCES}


class Touchpoint(Document):
    """A place where customer and brand meet, and how it is recognised."""

    name: str = Field(min_length=1, max_length=60, description="What it is called.")
    stage: str = Field(min_length=1, description="The stage of the journey that it belongs to.")
    source: Source = Field("events", description="The table in which it leaves its trace.")
    rule: str = Field("", description="Which rows of that table are it; empty: every one.")
    channel: str = Field("", description="Its channel; empty: as each row says.")
    owner: str = Field("", max_length=120, description="Who answers for it.")
    backstage: str = Field("", max_length=500, description="What happens behind it.")
    standard: str = Field(
        "",
        description="A rule that a row keeps where service is as promised; a row without a promise "
        "is not judged.",
    )
    asks: str = Field(
        "",
        max_length=60,
        description="What customers give there, such as their address: the same asked for again "
        "through another channel is asked twice.",
    )
    moment_of_truth: bool = Field(
        default=False, description="Whether it decides what customers think."
    )
    also: tuple[str, ...] = Field(
        (), max_length=20, description="Other names under which answers are about it."
    )
    designed: Literal["", "peak", "end"] = Field(
        "", description="Whether it was designed as the peak, or as the end, of the experience."
    )
    delivered: str = Field(
        "", description="A rule that a row keeps where that designed moment was delivered."
    )


class DesignedStep(Document):
    """One step of the journey as designed: a touchpoint, and what is meant to come of it."""

    touchpoint: str = Field(min_length=1, description="The touchpoint; its stage comes with it.")
    onward_share: float | None = Field(
        None,
        gt=0,
        le=1,
        description="Share (0 to 1) of those who come here that should go on to the next step.",
    )
    onward_hours: float | None = Field(
        None,
        gt=0,
        le=24 * 366,
        description="Hours within which half of those who go on should be there.",
    )
    metric: Literal["", "nps", "csat", "ces"] = Field(
        "", description="The question that tells how it should feel here."
    )
    score: float | None = Field(
        None, ge=-100, le=100,
        description="The score that it should reach: NPS from −100 to 100, else good answers in %.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _both(self) -> Self:
        if bool(self.metric) != (self.score is not None):
            raise ValueError(f"{self.touchpoint}: a feeling needs both a metric and a score")
        if self.score is not None and self.score < 0 and self.metric != "nps":
            raise ValueError(f"{self.touchpoint}: only NPS can be below 0")
        return self


def _of_events(name: str, stage: str, *names: str, asks: str = "") -> Touchpoint:
    quoted = ", ".join(f'"{each}"' for each in names)
    return Touchpoint(name=name, stage=stage, rule=f"lower(name) in ({quoted})", asks=asks)


# The names of Segment's and Google's e-commerce events, and those that small shops use.
_USUAL = (
    Touchpoint(
        name="message opened", stage="aware", source="messages",
        rule="opened_at is not missing or clicked_at is not missing",
    ),
    _of_events("visit", "aware", "page viewed", "page_view", "session_start", "visit", "home",
               "main"),
    _of_events("search", "consider", "products searched", "search", "view_search_results"),
    _of_events("product", "consider", "product viewed", "product list viewed", "view_item",
               "view_item_list", "product", "catalog"),
    _of_events("basket", "buy", "product added", "cart viewed", "add_to_cart", "view_cart", "cart",
               "basket"),
    _of_events("checkout", "buy", "checkout started", "checkout step viewed", "begin_checkout",
               "add_shipping_info", "checkout", "delivery_choice", asks="delivery details"),
    _of_events("payment", "buy", "payment info entered", "add_payment_info", "payment_choice",
               "payment_done", asks="payment details"),
    Touchpoint(name="order", stage="buy", source="orders", rule='kind == "sale"',
               moment_of_truth=True),
    Touchpoint(name="delivery", stage="use", moment_of_truth=True, standard="hours_late <= 0",
               rule='lower(name) in ("order delivered", "delivered", "delivery")'),
    _of_events("app", "use", "application opened", "login", "logged in", "sign_in"),
    Touchpoint(name="return", stage="service", source="orders", rule='kind == "return"'),
    Touchpoint(name="service contact", stage="service", source="contacts", moment_of_truth=True),
    _of_events("benefit", "loyal", "coupon applied", "reward redeemed", "points redeemed"),
    Touchpoint(name="review", stage="recommend", source="feedback",
               rule='metric in ("review", "rating")'),
    _of_events("referral", "recommend", "referral", "referral sent", "invite sent", "share"),
)  # fmt: skip


class JourneyDefinition(Document):
    """The stages in their order, and the touchpoints; the first whose rule holds takes a row."""

    stages: tuple[str, ...] = Field(
        ("aware", "consider", "buy", "use", "service", "loyal", "recommend"),
        min_length=1,
        max_length=20,
        description="The stages, in the order in which a customer comes to them.",
    )
    touchpoints: tuple[Touchpoint, ...] = Field(
        _USUAL, min_length=1, max_length=200, description="The touchpoints of all stages."
    )
    designed: tuple[DesignedStep, ...] = Field(
        (), max_length=40,
        description="The journey as it is meant to be: touchpoints in the order designed.",
    )  # fmt: skip
    months: int = Field(12, ge=1, le=60, description="Months that the map looks back on.")
    onward_days: int = Field(
        30, ge=1, le=365, description="Days within which going on to a later stage counts."
    )
    silent_days: int = Field(
        90, ge=1, le=730, description="Days without a step after which the last one was the end."
    )
    repeat_days: int = Field(
        7, ge=1, le=90, description="Days within which the same touchpoint again is a repeat."
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [touchpoint.name for touchpoint in self.touchpoints]
        for kind, said in (("touchpoint", names), ("stage", list(self.stages))):
            if twice := sorted({name for name in said if said.count(name) > 1}):
                raise ValueError(f"each {kind} needs a name of its own; twice: {twice}")
        self._called_once()
        for touchpoint in self.touchpoints:
            if touchpoint.stage not in self.stages:
                raise ValueError(
                    f"{touchpoint.name}: there is no stage {touchpoint.stage!r}; the stages are "
                    f"{', '.join(self.stages)}"
                )
            for rule in (touchpoint.rule, touchpoint.standard, touchpoint.delivered):
                _checked(touchpoint, rule)
        self._designed(names)
        return self

    def _called_once(self) -> None:
        """Refuse a name under which answers could be about either of two touchpoints."""
        owners: dict[str, str] = {}
        for touchpoint in self.touchpoints:
            for name in (touchpoint.name, *touchpoint.also):
                owner = owners.setdefault(_said(name), touchpoint.name)
                if owner != touchpoint.name:
                    raise ValueError(
                        f"{touchpoint.name}: {owner} is called {name!r} already; answers about it "
                        "must be about one touchpoint"
                    )

    def _designed(self, names: list[str]) -> None:
        """Refuse a designed way that nobody could walk, or that says what nothing can show."""
        way = [step.touchpoint for step in self.designed]
        for name in way:
            if name not in names:
                raise ValueError(
                    f"designed: the journey has no touchpoint {name!r}. {did_you_mean(name, names)}"
                )
        if twice := sorted({name for name in way if way.count(name) > 1}):
            raise ValueError(f"designed: each touchpoint stands once on the way; twice: {twice}")
        if len(way) == 1:
            raise ValueError("designed: a way has two steps or more")
        if way and (self.designed[-1].onward_share or self.designed[-1].onward_hours):
            raise ValueError(f"designed: {way[-1]} is the last step, so nobody goes on from it")
        for step in self.designed:
            if (step.onward_hours or 0) > self.onward_days * 24:
                raise ValueError(
                    f"designed: {step.touchpoint} has {step.onward_hours:g} onward_hours, and "
                    f"going on is followed for {self.onward_days} onward_days only. Set at most "
                    f"{self.onward_days * 24} hours, or more days"
                )

    def called(self) -> dict[str, Touchpoint]:
        """Return each touchpoint by all its names, as answers are compared with them."""
        return {
            _said(name): touchpoint
            for touchpoint in self.touchpoints
            for name in (touchpoint.name, *touchpoint.also)
        }

    def named(self, name: str) -> Touchpoint:
        """Return the touchpoint of a name that the journey has."""
        return next(touchpoint for touchpoint in self.touchpoints if touchpoint.name == name)

    def of(self, source: Source) -> list[Touchpoint]:
        """Return the touchpoints that are recognised in a table, in their order."""
        return [touchpoint for touchpoint in self.touchpoints if touchpoint.source == source]


def _said(name: str) -> str:
    return name.strip().lower()


def _checked(touchpoint: Touchpoint, rule: str) -> None:
    if rule:
        try:
            compile_rule(rule, CATALOGS[touchpoint.source])
        except RuleError as wrong:
            raise ValueError(f"{touchpoint.name}: {wrong}") from wrong
