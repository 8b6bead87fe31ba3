"""The columns of what is published of customers' words."""

from __future__ import annotations

from valence.lake.columns import Column

_KEY = (
    Column("source", "text", "System that the answer came from."),
    Column("feedback_id", "text", "Its identifier there."),
)
_WHEN = (
    Column("customer_id", "text", "Customer, as resolved; empty where it names nobody."),
    Column("on", "day", "Business day in the brand's zone."),
    Column("touchpoint", "text", "What it is about, as the source says."),
    Column("channel", "text", "Channel it was asked through."),
    Column("metric", "text", "nps, csat, ces, rating, review…"),
    Column("subject", "text", "own, or the competitor that was asked about."),
    Column("score", "float", "The score on its own scale."),
)
_FELT = (
    Column("sentiment", "float", "−1 complaint to 1 praise; empty where nothing can be said."),
    Column("probability", "float", "That it is praise, 0 to 1."),
)
TEXTS = (
    *_KEY,
    Column("row_hash", "text", "Which version of the row was read."),
    *_WHEN,
    Column("language", "text", "zh, en, mixed, other; empty without letters."),
    *_FELT,
    Column("aspects", "text", "What it talks about, each with its sentiment: price:-0.52 app:."),
)
ASPECTS = (
    *_KEY,
    *_WHEN,
    Column("aspect", "text", "What the words are about."),
    Column("sentiment", "float", "Of the clauses about it, −1 to 1."),
)
WORDS = (
    Column("term", "text", "A word, or two that stand together."),
    Column("language", "text", "zh or en."),
    Column("complaints", "int", "Complaints that hold it, of all days that are looked at."),
    Column("praise", "int", "Texts of praise that hold it, of the same days."),
    Column("now", "int", "Complaints of the new days that hold it."),
    Column("before", "int", "Complaints of the days before them that hold it."),
    Column("share_now", "float", "Of the complaints of the new days."),
    Column("share_before", "float", "Of those of the days before."),
    Column("log_odds", "float", "Of now against before, drawn to 0 where counts are small."),
    Column("low", "float", "Lower end of its 90 % interval."),
    Column("high", "float", "Upper end."),
    Column("z", "float", "Standard errors from no change; 3 or more is new."),
    Column("new", "bool", "Whether it is newly frequent; empty where complaints are too few."),
)
WORD_TEXTS = (
    Column("term", "text", "A word of complaints."),
    *_KEY,
    Column("on", "day", "Business day of the complaint."),
)
