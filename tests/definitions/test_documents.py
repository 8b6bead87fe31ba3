"""Documents as text, and what changes between two of them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from valence.definitions.changes import changes, unified
from valence.definitions.documents import content_hash, from_yaml, to_yaml

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(
        ["no", "08:30", "1e5", "0x1f", "2026-01-01", "~", "|", "- a", "a: b", "\x85"]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
DOCUMENTS = st.dictionaries(st.text(), VALUES, max_size=5)


@settings(deadline=None, max_examples=150)
@given(DOCUMENTS)
def test_every_document_comes_back_from_its_yaml(document):
    back = from_yaml(to_yaml(document)).document
    assert back == document
    assert content_hash(back) == content_hash(document)


def test_plain_words_and_times_in_yaml_are_text():
    text = "open: 08:30\nanswer: no\nday: 2026-01-01\ncode: 0x1f\nlarge: 1_000\nyes: y\n"
    assert from_yaml(text).document == {
        "open": "08:30",
        "answer": "no",
        "day": "2026-01-01",
        "code": "0x1f",
        "large": "1_000",
        "yes": "y",
    }


def test_long_text_is_written_as_a_block():
    assert to_yaml({"mail": "Dear {name},\n\nthank you.\n"}) == (
        "mail: |\n  Dear {name},\n\n  thank you.\n"
    )


def test_the_order_of_keys_does_not_change_the_hash():
    assert content_hash({"a": 1, "b": {"c": 2, "d": 3}}) == content_hash(
        {"b": {"d": 3, "c": 2}, "a": 1}
    )


@settings(deadline=None, max_examples=100)
@given(DOCUMENTS, DOCUMENTS)
def test_there_are_changes_exactly_when_the_documents_differ(one, other):
    assert (changes(one, other) == []) == (content_hash(one) == content_hash(other))


def test_changes_name_what_was_added_removed_and_changed():
    before = {"a": 1, "list": [1, 2], "gone": True, "type": 1}
    after = {"a": 2, "list": [1, 2, 3], "new": None, "type": 1.0}
    assert [(one.path, one.what, one.before, one.after) for one in changes(before, after)] == [
        ("a", "changed", 1, 2),
        ("list[2]", "added", None, 3),
        ("gone", "removed", True, None),
        ("type", "changed", 1, 1.0),
        ("new", "added", None, None),
    ]


def test_the_difference_of_equal_documents_is_empty_text():
    assert unified({"a": 1}, {"a": 1}, before_name="x", after_name="y") == ""
