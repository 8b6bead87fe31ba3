"""What of a customer answers are told apart by: known without an engine."""

from __future__ import annotations

from typing import Literal, get_args

Trait = Literal["tier", "segment", "main_channel", "rung", "bond"]
OF_CUSTOMER: tuple[str, ...] = get_args(Trait)
