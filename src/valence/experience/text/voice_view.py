"""The page of themes in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from valence.core.intervals import MINIMUM, wilson
from valence.core.messages import Message, message
from valence.experience.changed import changed
from valence.experience.text.definition import THEMES_KIND, ThemesDefinition
from valence.experience.text.tables import SAID_IN
from valence.experience.text.themes_answers import CONFIDENCE, Aspect, Themes
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.codes import ASPECTS
from valence.kit.codes import named as named_in
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Change, Figure, How, Step, Words

ASKED = message("What do customers complain about, and what is new?")
TITLE = message("Voice")
SET = f"/definitions/{THEMES_KIND}/{THEMES_KIND}"
VERBATIMS = "/experience/voice/texts"
_SHOWN = 25  # words of a list
_NAME_WIDTH = 170  # pixels of an aspect's name with its number of texts


def titled(aspect: str, rules: ThemesDefinition) -> Words:
    """Return what an aspect is called."""
    own = next((one.title for one in rules.aspects if one.name == aspect and one.title), "")
    return own or ASPECTS.get(aspect, aspect)


def named(aspect: str, rules: ThemesDefinition, fmt: Formats) -> str:
    """Return what an aspect is called, in the reader's language."""
    said = titled(aspect, rules)
    return said if isinstance(said, str) else fmt.language.worded(said)


def texts_page(*, aspect: str = "", word: str = "", mood: str = "") -> str:
    """Return the address of the texts behind an aspect or a word."""
    asked = {"aspect": aspect, "word": word, "mood": mood}
    return f"{VERBATIMS}?{urlencode({k: v for k, v in asked.items() if v})}"


def answer(found: Themes, rules: ThemesDefinition, fmt: Formats) -> Answer:
    """Return what is complained about most, and what is new, in a sentence."""
    if found.judged < MINIMUM:
        few = message(
            "Too few texts to say: {n}, and it takes {least}.",
            n=fmt.integer(found.judged),
            least=MINIMUM,
        )
        return Answer(few)
    worst = next((one for one in found.aspects if one.enough and one.complaints), None)
    if worst is None:
        return Answer(
            message("No aspect is complained about often enough to be told."),
            message("{n} texts", n=fmt.integer(found.judged)),
        )
    said = message(
        "Most complaints are about: {aspect}. {share} of the texts about it complain.",
        aspect=titled(worst.aspect, rules),
        share=fmt.percent(worst.share),
    )
    interval = message(
        "{interval}, n = {n}",
        interval=fmt.interval(worst.low, worst.high, "percent"),
        n=fmt.integer(worst.n),
    )
    return Answer(said, interval, _news(found))


def _news(found: Themes) -> Words:
    if found.new:
        return message(
            "Newly frequent: {words}.", words=", ".join(str(row["term"]) for row in found.new[:3])
        )
    if not found.enough:
        return message("Too few complaints to say what is new.")
    return message("No complaint is newly frequent.")


def figures(found: Themes, rules: ThemesDefinition, fmt: Formats) -> list[Figure]:
    """Return texts, the share that complains, the worst aspect, and how many words are new."""
    share = found.complaints / found.judged if found.judged >= MINIMUM else None
    interval = fmt.interval(*wilson(found.complaints, found.judged, CONFIDENCE), "percent") \
        if share is not None else ""  # fmt: skip
    worst = next((one for one in found.aspects if one.enough and one.complaints), None)
    return [
        Figure(
            message("Texts"),
            fmt.integer(found.texts),
            note=message("{n} judged, in twelve months", n=fmt.integer(found.judged)),
            href=VERBATIMS,
        ),
        Figure(
            message("Share that complains"),
            None if share is None else fmt.percent(share),
            note=interval,
            href=texts_page(mood="bad"),
        ),
        Figure(
            message("Most complained about"),
            None if worst is None else named(worst.aspect, rules, fmt),
            note="" if worst is None
            else message("{n} complaints", n=fmt.integer(worst.complaints)),
            change=None if worst is None else _change(worst, fmt),
            href="" if worst is None else texts_page(aspect=worst.aspect, mood="bad"),
        ),
        Figure(
            message("Newly frequent words"),
            fmt.integer(len(found.new)) if found.enough else None,
            note=message("in the last {n} days", n=rules.new_days),
        ),
    ]  # fmt: skip


def _change(one: Aspect, fmt: Formats) -> Change | None:
    if one.change is None:
        return None
    return changed(fmt.points(one.change), one.change, sure=one.sure, more_is_good=False)


def by_aspect(found: Themes, rules: ThemesDefinition, fmt: Formats) -> Chart:
    """Return the share that complains of each aspect with its interval, most complaints first."""
    title = message("What is complained about?")
    shown = [one for one in found.aspects if one.enough]
    if not shown:
        why = message("Not enough data: no aspect stands in {least} texts.", least=MINIMUM)
        return too_little("aspects", title, why)
    made = bars(
        fmt,
        "aspects",
        title,
        [
            Bar(
                f"{named(one.aspect, rules, fmt)} ({fmt.integer(one.n)})",
                one.share,
                one.low,
                one.high,
                href=texts_page(aspect=one.aspect, mood="bad"),
            )
            for one in shown
        ],
        unit="percent",
        name=message("Aspect"),
        value_name=message("Share that complains"),
        sort=False,
    )
    said = message(
        "In order of the number of complaints; in brackets the texts about each, of which one may "
        "be about several. Whiskers are 90 % intervals."
    )
    axis = made.option["yAxis"]
    named_wide = {**axis, "axisLabel": {**axis["axisLabel"], "width": _NAME_WIDTH}}
    made = replace(made, option={**made.option, "yAxis": named_wide})
    return replace(made, table=_aspect_table(found, rules, fmt)).answering(said)


def _aspect_table(found: Themes, rules: ThemesDefinition, fmt: Formats) -> DataTable:
    headers: tuple[tuple[Words, str], ...] = (
        (message("Aspect"), "text"),
        (message("Texts"), "int"),
        (message("Complaints"), "int"),
        (message("Share that complains"), "percent"),
        (message("From"), "percent"),
        (message("To"), "percent"),
        (message("Change in a year (pp)"), "float"),
    )
    rows = [
        [
            named(one.aspect, rules, fmt),
            one.n,
            one.complaints,
            *((one.share, one.low, one.high) if one.enough else (None, None, None)),
            None if one.change is None else round(one.change * 100, 1),
        ]
        for one in found.aspects
    ]
    links = [texts_page(aspect=one.aspect) for one in found.aspects]
    return DataTable("aspects-table", headers, rows, links=links, absent=message("not enough data"))


def said_in(found: Themes, fmt: Formats) -> DataTable:
    """Return where the words were said: after a question, to service, in an interview."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Said in"), "text"),
        (message("Texts"), "int"),
        (message("Complaints"), "int"),
        (message("Share that complains"), "percent"),
        (message("From"), "percent"),
        (message("To"), "percent"),
    )
    told = [one.told() for one in found.said_in]
    rows = [
        [named_in(SAID_IN, one["metric"], fmt)]
        + [one[name] for name in ("texts", "complaints", "share", "low", "high")]
        for one in told
    ]
    links = [f"{VERBATIMS}?{urlencode({'where': _only(one['metric'])})}" for one in told]
    return DataTable("said-in", headers, rows, links=links, absent=message("not enough data"))


def _only(metric: str) -> str:
    return f'metric == "{metric}"'


def new_words(found: Themes) -> DataTable | None:
    """Return the newly frequent words, the surest first; None where there are none."""
    if not found.new:
        return None
    headers: tuple[tuple[Words, str], ...] = (
        (message("Word"), "text"),
        (message("Complaints now"), "int"),
        (message("Complaints before"), "int"),
        (message("Share now"), "percent"),
        (message("Share before"), "percent"),
        (message("Times as likely"), "float"),
        (message("z"), "float"),
    )
    rows = [
        [
            row["term"],
            row["now"],
            row["before"],
            row["share_now"],
            row["share_before"],
            round(row["share_now"] / row["share_before"], 1) if row["share_before"] else None,
            round(row["z"], 1),
        ]
        for row in found.new[:_SHOWN]
    ]
    absent = message("never said before")
    return DataTable("new-words", headers, rows, links=_links(found.new), absent=absent)


def frequent_words(found: Themes) -> DataTable | None:
    """Return the frequent words of complaints, the most frequent first."""
    if not found.words:
        return None
    headers: tuple[tuple[Words, str], ...] = (
        (message("Word"), "text"),
        (message("Complaints"), "int"),
        (message("Texts of praise"), "int"),
    )
    rows = [[row["term"], row["complaints"], row["praise"]] for row in found.words[:_SHOWN]]
    return DataTable("words", headers, rows, links=_links(found.words))


def _links(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [texts_page(word=row["term"]) for row in rows[:_SHOWN]]


def how(built: Words) -> How:
    """Return how texts are judged."""
    return How(
        message(
            "Each text is judged by a small model of its language, Chinese or English, that gives "
            "the probability of praise; below one half it is a complaint. An aspect is found by "
            "its words and felt by the clauses in which they stand."
        ),
        source=message(
            "NB-SVM (Wang & Manning 2012) over runs of characters and words; the card, with scores "
            "on texts held out: valence experience sentiment --card"
        ),
        inputs=("feedback", "contacts", "feedback_texts", "feedback_aspects"),
        built=built,
        note=message(
            "A model errs in about one text of eight to sixteen; texts in other languages are not "
            "judged. Shares below {n} texts are not shown.",
            n=MINIMUM,
        ),
        links=((message("Edit the aspects and their words"), SET),),
    )


def how_words(rules: ThemesDefinition, built: Words) -> How:
    """Return how words of complaints are found and called new."""
    return How(
        message(
            "Words and pairs of words that stand in at least {least} complaints and are no rarer "
            "there than in praise. Newly frequent: of the last {new} days against the {before} "
            "days before, the log-odds ratio is 3 standard errors or more above none.",
            least=rules.minimum_texts,
            new=rules.new_days,
            before=rules.before_days,
        ),
        formula=message("weighted log-odds ratio with an informative Dirichlet prior"),
        source=message(
            "Monroe, Colaresi & Quinn 2008, Fightin' Words; Chinese words by cohesion and "
            "branching entropy (Jin & Tanaka-Ishii 2006), without a dictionary"
        ),
        inputs=("complaint_words", "complaint_word_texts"),
        built=built,
        note=message("Counts are texts: a word said ten times in one text counts once."),
        links=((message("Set the days and the minimum"), SET),),
    )


def counted(texts: int, fmt: Formats) -> Message:
    """Return how many texts there are, in words."""
    return by_number(texts, message("1 text"), message("{n} texts", n=fmt.integer(texts)))


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Read what they said"), texts_page(mood="bad")),
        Step(message("See it on the journey map"), "/journey"),
    ]
