"""What answers and their words are about: a touchpoint, by any of its names."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.journey.definition import JourneyDefinition
from valence.lake.portable import bare


def about(said: ir.StringValue, journey: JourneyDefinition) -> ir.StringValue:
    """Return the name of the touchpoint that goes by what is said; missing where none does."""
    names = [(name, touchpoint.name) for name, touchpoint in journey.called().items()]
    return bare(said).lower().cases(*names, else_=ibis.null("string"))
