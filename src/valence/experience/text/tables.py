"""The table of texts that people look through."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.tables import TableColumn, TableSpec

NOBODY = message("nobody is named")
LANGUAGE_WORDS = {
    "zh": message("Chinese"),
    "en": message("English"),
    "mixed": message("Chinese and English"),
    "other": message("another language"),
}
# Where words were said: the question that they stand beside, or a contact, or an interview.
SAID_IN = {
    "nps": message("NPS"),
    "csat": message("Satisfaction"),
    "ces": message("Effort"),
    "rating": message("Rating"),
    "review": message("Review"),
    "comment": message("Comment"),
    "contact": message("Service contact"),
    "interview": message("Interview"),
    "focus_group": message("Focus group"),
}
TEXTS = TableSpec(
    "texts",
    message("What they said"),
    (
        TableColumn("text", message("Text"), sortable=False),
        TableColumn("on", message("Day"), "day"),
        TableColumn("touchpoint", message("Touchpoint"), absent=message("not said")),
        TableColumn("score", message("Score"), "float", absent=message("no score")),
        TableColumn("metric", message("Said in"), words=SAID_IN),
        TableColumn(
            "sentiment",
            message("Sentiment"),
            "float",
            meaning=message("From −1, complaint, to 1, praise."),
            absent=message("not judged"),
        ),
        TableColumn("language", message("Language"), words=LANGUAGE_WORDS, shown=False),
        TableColumn("channel", message("Channel"), shown=False),
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}",
            absent=NOBODY, sortable=False,
        ),
        TableColumn("source", message("Source"), shown=False),
        TableColumn("feedback_id", message("Identifier there"), shown=False),
    ),
    key=("source", "feedback_id"),
    sort="-on",
    examples=(
        (message("surely a complaint"), "sentiment < -0.8"),
        (message("a good score with bad words"), "score >= 9 and sentiment < 0"),
        (message("what is said to service"), 'metric == "contact"'),
    ),
    empty=message("Nobody said anything that fits."),
)  # fmt: skip
