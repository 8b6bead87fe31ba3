"""The life of a definition: drafted, published, retired."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pydantic import BaseModel
from tests.definitions.programmes import (
    CLUB,
    FRIDAY,
    GOLD,
    KINDS,
    MONDAY,
    PRICES,
    PROGRAMME,
    TUESDAY,
    draft,
    published,
)

from valence.core.clock import frozen
from valence.core.errors import BadInputError, ConflictError, NotFoundError
from valence.core.messages import message
from valence.definitions import (
    DefinitionKind,
    FaultyDefinitionError,
    MovedOnError,
    base_of,
    definition_at,
    discard_draft,
    head,
    heads,
    history,
    publish,
    retire,
    save_draft,
)
from valence.store.delivery import OutboxWorker, Subscriber


def at(store, when):
    with store.reading() as view:
        found = definition_at(view, "programme", "club", when)
    return None if found is None else found.version


def retired(store, when):
    with store.writing() as unit:
        return retire(unit, PROGRAMME, "club", actor="ann", at=when)


def test_a_draft_keeps_every_field_defaults_included(store):
    with frozen(MONDAY):
        made = draft(store)
    assert made.document == {
        "title": "Club 俱乐部",
        "basis": "spend",
        "tiers": [{"name": "gold", "threshold": 1000, "benefits": []}],
    }
    assert (made.version, made.state, made.created_by, made.created_at) == (
        1,
        "draft",
        "ann",
        MONDAY,
    )


def test_a_draft_is_not_in_effect_until_it_is_published(store):
    with frozen(MONDAY):
        draft(store)
    assert at(store, FRIDAY) is None


def test_facts_find_the_version_of_their_time(store):
    with frozen(MONDAY):
        first = published(store)
    with frozen(TUESDAY):
        published(store, CLUB | {"basis": "visits"}, based_on=base_of(first))
    with frozen(FRIDAY):
        retired(store, None)
    assert at(store, MONDAY - timedelta(microseconds=1)) is None
    assert at(store, MONDAY) == 1
    assert at(store, TUESDAY - timedelta(microseconds=1)) == 1
    assert at(store, TUESDAY) == 2
    assert at(store, FRIDAY) is None


def test_editing_a_published_definition_makes_the_next_version_a_draft(store):
    first = published(store)
    second = draft(store, CLUB | {"basis": "visits"}, based_on=base_of(first), actor="bob")
    third = draft(store, CLUB | {"title": "Club"}, based_on=base_of(second), actor="eve")
    assert (second.version, third.version, third.state) == (2, 2, "draft")
    assert (third.created_by, third.changed_by) == ("bob", "eve")
    with store.reading() as view:
        assert [one.state for one in history(view, "programme", "club")] == ["draft", "published"]


def test_publishing_supersedes_the_version_before(store):
    with frozen(MONDAY):
        first = published(store)
    with frozen(TUESDAY):
        published(store, CLUB | {"basis": "visits"}, based_on=base_of(first))
        with store.reading() as view:
            newer, older = history(view, "programme", "club")
    assert (newer.effective_from, newer.effective_until) == (TUESDAY, None)
    assert older.effective_until == TUESDAY


def test_a_version_for_later_leaves_the_present_one_in_effect_and_can_be_replaced(store):
    with frozen(MONDAY):
        first = published(store)
        later = published(store, CLUB | {"basis": "visits"}, since=FRIDAY, based_on=base_of(first))
        assert (at(store, TUESDAY), at(store, FRIDAY)) == (1, 2)
        published(store, CLUB | {"title": "New"}, since=TUESDAY, based_on=base_of(later))
    assert (at(store, MONDAY), at(store, TUESDAY), at(store, FRIDAY)) == (1, 3, 3)


def test_a_new_version_cannot_take_effect_before_the_one_that_facts_have_met(store):
    with frozen(TUESDAY):
        first = published(store)
        with pytest.raises(BadInputError, match=r"Version 1 .* is in effect since 2026-03-03"):
            published(store, CLUB | {"title": "New"}, since=MONDAY, based_on=base_of(first))
        with store.reading() as view:
            assert head(view, "programme", "club").version == 1


def test_what_the_types_find_wrong_is_refused_with_all_places_and_near_names(store):
    document = {
        "titel": "Club",
        "basis": "spent",
        "tiers": [GOLD, {"name": "silver", "treshold": 5, "threshold": -1}],
    }
    with pytest.raises(FaultyDefinitionError) as wrong:
        draft(store, document)
    assert [str(fault.message) for fault in wrong.value.faults] == [
        "title: This field is missing.",
        "basis: 'spent' is not known here. Did you mean 'spend'?",
        "tiers[1].threshold: -1 should be greater than or equal to 0.",
        "tiers[1].treshold: There is no such field. Did you mean 'threshold'?",
        "titel: There is no such field. Did you mean 'title'?",
    ]
    assert str(wrong.value).startswith("5 fault(s) found, nothing was changed.\ntitle: This")


def test_what_the_check_finds_wrong_can_be_drafted_but_not_published(store):
    made = draft(store, CLUB | {"tiers": [GOLD, {"name": "silver", "threshold": 500}]})
    with (
        store.writing() as unit,
        pytest.raises(FaultyDefinitionError, match=r"tiers\[1\].threshold: .* above that of gold"),
    ):
        publish(unit, PROGRAMME, "club", actor="ann", based_on=base_of(made))


def test_the_second_of_two_editors_is_shown_what_the_first_did(store):
    first = published(store)
    draft(store, CLUB | {"basis": "visits"}, based_on=base_of(first), actor="bob")
    with pytest.raises(MovedOnError) as moved:
        draft(store, CLUB | {"title": "Circle"}, based_on=base_of(first), actor="eve")
    said = str(moved.value)
    assert "programme club has moved on in the store" in said
    assert "Version 2 (draft) was last changed by bob" in said
    assert "-basis: spend\n+basis: visits\n" in said
    assert "-title: Club 俱乐部\n+title: Circle\n" in said
    assert "The two do not touch the same parts." in said
    assert [(one.path, one.what) for one in moved.value.theirs_changes] == [("basis", "changed")]


def test_changes_to_the_same_part_are_named(store):
    first = published(store)
    draft(store, CLUB | {"title": "Circle"}, based_on=base_of(first), actor="bob")
    with pytest.raises(MovedOnError, match=r"Both change: title\.") as moved:
        draft(store, CLUB | {"title": "Ring"}, based_on=base_of(first), actor="eve")
    assert moved.value.clashes == ["title"]


def test_a_draft_that_was_edited_since_it_was_looked_at_is_not_published(store):
    seen = draft(store)
    draft(store, CLUB | {"title": "Circle"}, based_on=base_of(seen), actor="bob")
    with store.writing() as unit, pytest.raises(MovedOnError):
        publish(unit, PROGRAMME, "club", actor="ann", based_on=base_of(seen))


def test_a_second_definition_of_the_same_name_is_refused(store):
    draft(store)
    with pytest.raises(MovedOnError, match="moved on"):
        draft(store, CLUB | {"title": "Another"})


def test_a_discarded_draft_leaves_the_published_version(store):
    first = published(store)
    second = draft(store, CLUB | {"title": "Circle"}, based_on=base_of(first))
    with store.writing() as unit:
        left = discard_draft(unit, PROGRAMME, "club", actor="ann", based_on=base_of(second))
        assert left.version == 1
        with pytest.raises(NotFoundError, match="programme club has no draft"):
            discard_draft(unit, PROGRAMME, "club", actor="ann", based_on=base_of(second))


def test_a_definition_with_a_draft_or_without_a_published_version_is_not_retired(store):
    with pytest.raises(NotFoundError, match="is not published"):
        retired(store, None)
    first = published(store)
    draft(store, CLUB | {"title": "Circle"}, based_on=base_of(first))
    with pytest.raises(ConflictError, match="has a draft, version 2"):
        retired(store, None)


def test_a_retired_definition_can_be_published_again(store):
    with frozen(MONDAY):
        published(store)
    with frozen(TUESDAY):
        gone = retired(store, None)
        assert gone.state == "retired"
    with frozen(FRIDAY):
        assert published(store, based_on=base_of(gone)).version == 2
    assert (at(store, MONDAY), at(store, TUESDAY), at(store, FRIDAY)) == (1, None, 2)


def test_publishing_and_retiring_are_told_to_subscribers(store):
    with frozen(MONDAY):
        published(store)
    retired(store, None)
    got = []
    OutboxWorker(store, [Subscriber("test", got.extend)]).run_once()
    assert [(event.name, event.subject) for event in got] == [
        ("definition.published", "definition:programme:club"),
        ("definition.retired", "definition:programme:club"),
    ]
    assert got[0].payload["effective_from"] == MONDAY.isoformat()


def test_of_editors_at_once_one_saves_and_the_others_are_told(store):
    first = published(store)

    def edit(number):
        document = CLUB | {"title": f"Title {number}"}
        try:
            return draft(store, document, based_on=base_of(first)).document["title"]
        except MovedOnError:
            return None

    with ThreadPoolExecutor(4) as editors:
        saved = [title for title in editors.map(edit, range(8)) if title]
    assert len(saved) == 1
    with store.reading() as view:
        assert head(view, "programme", "club").document["title"] == saved[0]


def test_of_publishers_at_once_one_publishes(store):
    seen = draft(store)

    def release(actor):
        try:
            with store.writing() as unit:
                return publish(unit, PROGRAMME, "club", actor=actor, based_on=base_of(seen))
        except NotFoundError:
            return None

    with ThreadPoolExecutor(4) as publishers:
        done = [one for one in publishers.map(release, "abcdef") if one]
    assert len(done) == 1
    with store.reading() as view:
        [only] = history(view, "programme", "club")
    assert only.published_by == done[0].published_by


def test_definitions_are_listed_by_kind_and_name(store):
    draft(store, name="b")
    draft(store, name="a")
    draft(store, {}, name="prices", kind=PRICES)
    with store.reading() as view:
        assert [(one.kind, one.name) for one in heads(view)] == [
            ("prices", "prices"),
            ("programme", "a"),
            ("programme", "b"),
        ]
        assert [one.name for one in heads(view, "prices")] == ["prices"]


@pytest.mark.parametrize("name", ["", "Gold", "../gold", "gold.x", "-gold", "g" * 65])
def test_a_name_that_could_not_be_a_file_everywhere_is_refused(store, name):
    with pytest.raises(BadInputError, match="cannot be the name of a definition"):
        draft(store, name=name)


def test_a_singleton_has_the_name_of_its_kind(store):
    with pytest.raises(BadInputError, match="one prices only, and its name is 'prices'"):
        draft(store, {}, name="other", kind=PRICES)


def test_an_unknown_kind_is_refused_with_the_near_name():
    with pytest.raises(NotFoundError, match=r"'program'\. Did you mean 'programme'"):
        KINDS["program"]


def test_a_kind_whose_model_would_swallow_misspelt_fields_is_refused():
    class Loose(BaseModel):
        title: str

    with pytest.raises(ValueError, match=r"Loose of the definition kind 'loose' must forbid"):
        DefinitionKind("loose", message("Loose"), Loose, "x:y")


def test_a_draft_may_be_saved_within_a_larger_unit(store):
    with store.writing() as unit:
        made = save_draft(unit, PROGRAMME, "club", CLUB, actor="ann")
        publish(unit, PROGRAMME, "club", actor="ann", based_on=base_of(made))
    with store.reading() as view:
        assert head(view, "programme", "club").state == "published"
