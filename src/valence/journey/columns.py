"""The columns of the steps of journeys, and of what rules took and left: no engine is loaded."""

from __future__ import annotations

from valence.lake.columns import Column

STEPS = (
    Column("customer_id", "text", "Customer, as resolved."),
    Column("at", "instant", "When (UTC)."),
    Column("on", "day", "Business day in the brand's zone."),
    Column("touchpoint", "text", "Touchpoint of the journey."),
    Column("stage", "text", "Stage that it belongs to."),
    Column("channel", "text", "Channel it came through."),
    Column("source", "text", "Table that the step was found in."),
    Column("row_key", "text", "Key of its row there."),
    Column("due_on", "day", "Day (UTC) that it was promised for; empty without a promise."),
    Column("standard_kept", "bool", "Whether service was as promised; empty without a standard."),
    Column("delivered", "bool", "Whether the designed moment was delivered; empty without one."),
    Column("asks", "text", "What customers give there, as it is set; empty: nothing."),
)
CLAIMS = (
    Column("touchpoint", "text", "Touchpoint of the journey."),
    Column("source", "text", "Table that its rule looks at."),
    Column("rows", "int", "Rows of that table."),
    Column("held", "int", "Rows for which its rule holds."),
    Column("taken", "int", "Rows that it took: fewer, where a touchpoint before it took others."),
)
UNRECOGNISED = (
    Column("name", "text", "Name of the events."),
    Column("channel", "text", "Channel they came through."),
    Column("events", "int", "Events."),
    Column("customers", "int", "Customers, of those that name one."),
    Column("first_on", "day", "First business day."),
    Column("last_on", "day", "Last business day."),
)
NAMES = (
    Column("name", "text", "What answers may call it, in small letters."),
    Column("touchpoint", "text", "Touchpoint of the journey."),
    Column("stage", "text", "Stage that it belongs to."),
    Column("stage_number", "int", "Place of the stage in the journey, from 1."),
    Column("source", "text", "Table that its rule looks at."),
)
