"""Transcripts: turns by labels, names as numbers, notes as paragraphs."""

import pytest

from valence.core.errors import BadInputError
from valence.experience.interviews.transcript import decoded, read_transcript

TURNS = """[00:00:03] Interviewer: Why did you leave?
Anna: The parcel came late,
  and nobody called.

Then it broke.
Moderator: And you?
Bo: I stayed.
Anna: Price: too high.
"""


def told(text, **more):
    return [(each.voice, each.text) for each in read_transcript(text, **more).passages]


def test_a_label_begins_a_turn_and_names_are_numbers():
    assert told(TURNS, speakers=["Anna", "Bo"]) == [
        ("Q", "Why did you leave?"),
        ("P1", "The parcel came late, and nobody called."),
        ("P1", "Then it broke."),
        ("Q", "And you?"),
        ("P2", "I stayed."),  # speaks once
        ("P1", "Price: too high."),
    ]
    found = read_transcript(TURNS, speakers=["Anna", "Bo"])
    assert (len(found.said), found.voices) == (4, 2)


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        # Ben and Mia were kept by name among what Anna said.
        ("Moderator: So?\nAnna: Slow.\nBen: I agree\nMia: Fine\nAnna: bye", "Ben, Mia"),
        # The word was taken for a name, and lost.
        ("Interviewer: So?\nDelivery: it came late", "Delivery"),
        ("Anna: Slow.\nben: too slow", "Anna, ben"),
        ("主持人：如何？\n小李：慢\n物流：太慢\n小李：是", "物流"),
    ],
)
def test_what_may_be_a_name_and_stands_once_is_asked(text, doubtful):
    with pytest.raises(BadInputError, match=f"may be a name: {doubtful}\\. Say who speaks"):
        read_transcript(text)


def test_who_speaks_settles_it_and_all_else_is_words():
    text = "Moderator: So?\nAnna: Slow.\nBen: I agree with Anna\nDelivery: late"
    assert told(text, speakers=["anna", "Ben "]) == [
        ("Q", "So?"), ("P1", "Slow."), ("P2", "I agree with Anna Delivery: late"),
    ]  # fmt: skip
    assert told("Delivery: late", speakers=["-"]) == [("P1", "Delivery: late")]


def test_chinese_turns_and_named_interviewers():
    text = "主持人：您为什么离开？\n王女士：快递太慢了。\n小李：那客服呢？\n王女士：态度不好。"
    assert told(text, askers=["小李"]) == [
        ("Q", "您为什么离开？"), ("P1", "快递太慢了。"), ("Q", "那客服呢？"), ("P1", "态度不好。"),
    ]  # fmt: skip


def test_notes_are_paragraphs_of_one_voice():
    assert told("She buys at\r\nnight.\r\n\r\nNote: see https://x.example") == [
        ("P1", "She buys at night."), ("P1", "Note: see https://x.example"),
    ]  # fmt: skip


def test_what_cannot_be_read_is_said():
    with pytest.raises(BadInputError, match="Nobody says anything"):
        read_transcript("Interviewer: Hello?\n\n")
    with pytest.raises(BadInputError, match="Passage 1 has 10001 characters"):
        read_transcript("x" * 10_001)
    with pytest.raises(BadInputError, match="5001 passages"):
        read_transcript("so\n\n" * 5001)
    with pytest.raises(BadInputError, match="no plain text"):
        decoded(b"PK\x03\x04\x00\x00\x81\xff")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_are_read_in_what_editors_write(encoding):
    assert decoded("王女士：太慢".encode(encoding)) == "王女士：太慢"
