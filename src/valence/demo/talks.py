"""Talks with customers of the simulated brand: transcripts, and what a reader coded in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources


@dataclass(frozen=True, slots=True)
class Coded:
    """What a passage, by its number, is about."""

    number: int
    theme: str
    touchpoint: str
    mood: str  # good or bad


@dataclass(frozen=True, slots=True)
class Talk:
    """One transcript."""

    file: str
    title: str
    kind: str  # interview or focus_group
    held_on: date
    touchpoint: str  # that all of it is about
    coded: tuple[Coded, ...]

    @property
    def text(self) -> str:
        """What was said."""
        return resources.files("valence.demo").joinpath("talks", self.file).read_text("utf-8")


TALKS = (
    Talk(
        "delivery.zh.txt", "收货体验座谈会", "focus_group", date(2026, 9, 17), "delivery",
        (
            Coded(2, "delivery", "delivery", "bad"), Coded(3, "packaging", "delivery", "bad"),
            Coded(4, "delivery", "delivery", "bad"), Coded(6, "service", "service contact", "bad"),
            Coded(7, "staff", "service contact", "bad"), Coded(10, "quality", "delivery", "good"),
            Coded(12, "app", "order", "good"),
        ),
    ),
    Talk(
        "returns.en.txt", "A teapot sent back", "interview", date(2026, 9, 24), "return",
        (
            Coded(2, "returns", "return", "good"), Coded(4, "speed", "return", "bad"),
            Coded(5, "service", "service contact", "bad"), Coded(9, "quality", "product", "good"),
        ),
    ),
)  # fmt: skip
