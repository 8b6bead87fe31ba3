"""Definitions as a folder: exported, compared, applied."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.definitions.programmes import (
    CLUB,
    FRIDAY,
    GOLD,
    KINDS,
    MONDAY,
    PRICES,
    PROGRAMME,
    TUESDAY,
    Prices,
    draft,
    published,
)

from valence.core.clock import frozen
from valence.core.errors import BadInputError, ConflictError
from valence.definitions import (
    DefinitionKind,
    DefinitionKinds,
    FaultyDefinitionError,
    FolderMovedOnError,
    apply,
    base_of,
    definition_at,
    diff,
    discard_draft,
    export,
    head,
    history,
    retire,
)
from valence.store import Store


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "definitions"


@pytest.fixture
def club(store, folder):
    """A published programme, exported; return its file."""
    published(store)
    export(store, KINDS, folder)
    return folder / "programme" / "club.yaml"


def edit(file, before, after):
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def newest(store, name="club", kind="programme"):
    with store.reading() as view:
        return head(view, kind, name)


def statuses(store, folder):
    return {one.name: one.status for one in diff(store, KINDS, folder)}


def test_an_export_is_one_readable_file_per_definition(store, folder):
    made = published(store)
    draft(store, {}, name="prices", kind=PRICES)
    assert export(store, KINDS, folder) == [
        folder / "prices.yaml",
        folder / "programme" / "club.yaml",
    ]
    assert (folder / "programme" / "club.yaml").read_text("utf-8") == (
        "kind: programme\n"
        "name: club\n"
        "state: published\n"
        "based_on:\n"
        "  version: 1\n"
        "  was: published\n"
        f"  content_hash: {made.content_hash}\n"
        "definition:\n"
        "  title: Club 俱乐部\n"
        "  basis: spend\n"
        "  tiers:\n"
        "    - name: gold\n"
        "      threshold: 1000\n"
        "      benefits: []\n"
    )


def test_an_export_is_the_same_every_time_and_applies_as_no_change(store, folder, club):
    assert export(store, KINDS, folder) == []
    before = club.read_text("utf-8")
    assert [one.status for one in apply(store, KINDS, folder, actor="git")] == ["same"]
    assert club.read_text("utf-8") == before
    assert newest(store).version == 1


def test_a_change_in_the_folder_is_shown_and_becomes_the_next_version(store, folder, club):
    edit(club, "threshold: 1000", "threshold: 1500")
    [difference] = diff(store, KINDS, folder)
    assert difference.status == "changed"
    assert [(one.path, one.before, one.after) for one in difference.changes] == [
        ("tiers[name=gold].threshold", 1000, 1500)
    ]
    assert "-    threshold: 1000\n+    threshold: 1500\n" in difference.unified
    apply(store, KINDS, folder, actor="git", note="Gold costs more")
    version = newest(store)
    assert (version.version, version.state, version.note) == (2, "published", "Gold costs more")
    assert version.document["tiers"][0]["threshold"] == 1500


def test_applying_twice_is_as_once_and_one_can_go_on_editing(store, folder, club):
    edit(club, "threshold: 1000", "threshold: 1500")
    apply(store, KINDS, folder, actor="git")
    assert statuses(store, folder) == {"club": "same"}
    apply(store, KINDS, folder, actor="git")
    assert newest(store).version == 2
    edit(club, "threshold: 1500", "threshold: 2000")
    apply(store, KINDS, folder, actor="git")
    assert newest(store).version == 3


def test_applying_again_after_a_crash_before_the_files_were_refreshed_changes_nothing(
    store, folder, club
):
    edit(club, "threshold: 1000", "threshold: 1500")
    as_edited = club.read_text("utf-8")
    apply(store, KINDS, folder, actor="git")
    club.write_text(as_edited, "utf-8")
    assert [one.status for one in apply(store, KINDS, folder, actor="git")] == ["same"]
    assert newest(store).version == 2
    assert "version: 2" in club.read_text("utf-8")


def test_comments_in_a_file_survive_apply_and_export(store, folder, club):
    edit(club, "  basis: spend", "  # what tiers count\n  basis: visits")
    apply(store, KINDS, folder, actor="git")
    export(store, KINDS, folder)
    text = club.read_text("utf-8")
    assert "  # what tiers count\n  basis: visits\n" in text
    assert "version: 2" in text


def test_a_new_file_becomes_a_definition(store, folder):
    file = folder / "programme" / "vip.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("kind: programme\nname: vip\nstate: draft\ndefinition:\n  title: VIP\n")
    assert statuses(store, folder) == {"vip": "new"}
    apply(store, KINDS, folder, actor="git")
    assert newest(store, "vip").state == "draft"
    edit(file, "state: draft", "state: published")
    apply(store, KINDS, folder, actor="git")
    assert (newest(store, "vip").state, newest(store, "vip").version) == ("published", 1)


def test_a_folder_from_another_store_fills_a_new_one(club, folder, tmp_path):
    other = Store(f"sqlite:///{tmp_path}/other.db")
    other.migrate()
    apply(other, KINDS, folder, actor="git")
    assert newest(other).document["title"] == "Club 俱乐部"
    other.close()


def test_a_file_can_say_from_when_it_holds_and_that_it_is_retired(store, folder):
    with frozen(MONDAY):
        published(store)
        export(store, KINDS, folder)
    file = folder / "programme" / "club.yaml"
    edit(file, "basis: spend", "basis: visits")
    edit(file, "based_on:", f"effective_from: {FRIDAY.isoformat()}\nbased_on:")
    with frozen(TUESDAY):
        apply(store, KINDS, folder, actor="git")
    with store.reading() as view:
        assert definition_at(view, "programme", "club", TUESDAY).version == 1
        assert definition_at(view, "programme", "club", FRIDAY).version == 2
    edit(file, "state: published", "state: retired")
    apply(store, KINDS, folder, actor="git")
    assert newest(store).state == "retired"
    assert statuses(store, folder) == {"club": "same"}


def test_apply_refuses_with_three_texts_when_the_store_moved_on(store, folder, club):
    draft(store, CLUB | {"basis": "visits"}, based_on=base_of(newest(store)), actor="bob")
    edit(club, "threshold: 1000", "threshold: 1500")
    before = club.read_text("utf-8")
    with pytest.raises(FolderMovedOnError) as refused:
        apply(store, KINDS, folder, actor="git")
    [conflict] = refused.value.conflicts
    assert conflict.base["basis"] == "spend"
    assert [(one.path, one.after) for one in conflict.theirs_changes] == [("basis", "visits")]
    assert [(one.path, one.after) for one in conflict.yours_changes] == [
        ("tiers[name=gold].threshold", 1500)
    ]
    said = str(refused.value)
    assert "programme club has moved on in the store" in said
    assert "Version 2 (draft) was last changed by bob" in said
    assert "--- base\n+++ store\n" in said
    assert "--- base\n+++ yours\n" in said
    assert club.read_text("utf-8") == before
    assert newest(store).document["tiers"][0]["threshold"] == 1000


def test_the_base_is_shown_even_when_the_draft_of_that_time_was_edited_since(store, folder):
    first = draft(store)
    export(store, KINDS, folder)
    draft(store, CLUB | {"basis": "visits"}, based_on=base_of(first), actor="bob")
    edit(folder / "programme" / "club.yaml", "threshold: 1000", "threshold: 1500")
    with pytest.raises(FolderMovedOnError) as refused:
        apply(store, KINDS, folder, actor="git")
    assert refused.value.conflicts[0].base == first.document


def test_who_knows_it_can_apply_over_what_moved_on(store, folder, club):
    draft(store, CLUB | {"basis": "visits"}, based_on=base_of(newest(store)), actor="bob")
    edit(club, "threshold: 1000", "threshold: 1500")
    apply(store, KINDS, folder, actor="git", overwrite=True)
    version = newest(store)
    assert (version.version, version.state, version.document["basis"]) == (2, "published", "spend")


def test_an_unchanged_file_does_not_undo_what_the_web_did(store, folder, club):
    with store.writing() as unit:
        retire(unit, PROGRAMME, "club", actor="bob")
    assert statuses(store, folder) == {"club": "behind"}
    apply(store, KINDS, folder, actor="git")
    assert newest(store).state == "retired"
    assert "state: published" in club.read_text("utf-8")


def test_all_or_nothing_one_conflict_stops_the_other_files_too(store, folder, club):
    published(store, name="vip")
    export(store, KINDS, folder)
    draft(store, CLUB | {"basis": "visits"}, based_on=base_of(newest(store)), actor="bob")
    edit(club, "threshold: 1000", "threshold: 1500")
    edit(folder / "programme" / "vip.yaml", "threshold: 1000", "threshold: 1500")
    assert statuses(store, folder) == {"club": "moved_on", "vip": "changed"}
    with pytest.raises(FolderMovedOnError):
        apply(store, KINDS, folder, actor="git")
    assert newest(store, "vip").version == 1


def test_what_is_missing_in_the_folder_stays_in_the_store(store, folder, club):
    club.unlink()
    assert statuses(store, folder) == {"club": "absent"}
    apply(store, KINDS, folder, actor="git")
    assert newest(store).state == "published"


def test_all_faults_of_all_files_are_named_with_file_line_and_place(store, folder, club):
    edit(club, "threshold: 1000", "treshold: 1000")
    other = folder / "programme" / "vip.yaml"
    other.write_text("kind: programm\nname: vip\nstate: publish\nbased: 1\ndefinition: {}\n")
    broken = folder / "broken.yaml"
    broken.write_text("kind: programme\nname: [\n")
    with pytest.raises(FaultyDefinitionError) as wrong:
        apply(store, KINDS, folder, actor="git")
    assert [str(fault.message) for fault in wrong.value.faults] == [
        "broken.yaml:3: This is not valid YAML: expected the node content, "
        "but found '<stream end>'.",
        "programme/club.yaml:12 definition.tiers[0].threshold: This field is missing.",
        "programme/club.yaml:13 definition.tiers[0].treshold: There is no such field. "
        "Did you mean 'threshold'?",
        "programme/vip.yaml:3 state: 'publish' is not known here. Did you mean 'published'?",
        "programme/vip.yaml:4 based: There is no such field. Did you mean 'based_on'?",
    ]
    assert newest(store).version == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "vip.yaml: This file holds no definition: it must begin with `kind:`"),
        ("- a\n", "vip.yaml:1: This file holds no definition"),
        ("kind: a\nkind: b\n", "vip.yaml:2: This is not valid YAML: the key 'kind' stands twice"),
        (
            "kind: programm\nname: vip\nstate: draft\ndefinition: {}\n",
            "vip.yaml:1 kind: There is no kind of definition 'programm'. Did you mean 'programme'",
        ),
        (
            "kind: programme\nname: club\nstate: draft\ndefinition: {title: x}\n",
            "vip.yaml:2 name: This definition belongs into programme/club.yaml.",
        ),
        (
            "kind: prices\nname: list\nstate: draft\ndefinition: {}\n",
            "name: There is one prices only, and its name is 'prices', not 'list'.",
        ),
    ],
)
def test_a_file_that_is_no_definition_is_refused(store, folder, text, said):
    file = folder / "programme" / "vip.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(FaultyDefinitionError) as wrong:
        diff(store, KINDS, folder)
    assert said in str(wrong.value)


def test_a_file_in_another_encoding_is_named(store, folder, club):
    club.write_bytes("kind: programme\nname: 俱乐部\n".encode("gb18030"))
    with pytest.raises(FaultyDefinitionError, match=r"club\.yaml: This is not UTF-8 text"):
        diff(store, KINDS, folder)


def test_an_export_does_not_write_over_a_change_that_was_not_applied(store, folder, club):
    edit(club, "threshold: 1000", "threshold: 1500")
    published(store, CLUB | {"basis": "visits"}, based_on=base_of(newest(store)))
    with pytest.raises(ConflictError, match=r"not in the store yet: programme/club\.yaml\. Apply"):
        export(store, KINDS, folder)
    assert "threshold: 1500" in club.read_text("utf-8")
    assert export(store, KINDS, folder, overwrite=True) == [club]
    assert "basis: visits" in club.read_text("utf-8")


def test_an_export_brings_files_that_were_not_edited_up_to_date(store, folder, club):
    published(store, CLUB | {"basis": "visits"}, based_on=base_of(newest(store)))
    assert export(store, KINDS, folder) == [club]
    assert statuses(store, folder) == {"club": "same"}


def test_a_draft_that_was_thrown_away_does_not_come_back_from_an_old_file(store, folder):
    made = draft(store)
    export(store, KINDS, folder)
    with store.writing() as unit:
        discard_draft(unit, PROGRAMME, "club", actor="bob", based_on=base_of(made))
    assert statuses(store, folder) == {"club": "behind"}
    apply(store, KINDS, folder, actor="git")
    assert newest(store) is None


def test_an_export_of_defaults_writes_what_nobody_set_to_be_edited(store, folder):
    """An export of a new brand wrote nothing, so that there was nothing to begin with."""
    assert export(store, KINDS, folder) == []
    [file] = export(store, KINDS, folder, defaults=lambda kind: [f"About {kind.name}.", ""])
    assert file.read_text("utf-8") == (
        "# About prices.\n#\nkind: prices\nname: prices\nstate: published\ndefinition:\n"
        "  gold: '9.90'\n"
    )
    assert statuses(store, folder) == {"prices": "default"}
    apply(store, KINDS, folder, actor="git")
    assert newest(store, "prices", "prices") is None
    edit(file, "9.90", "12.50")
    [one] = diff(store, KINDS, folder)
    assert (one.status, [(c.before, c.after) for c in one.changes]) == ("new", [("9.90", "12.50")])
    assert export(store, KINDS, folder, defaults=lambda _: []) == []  # keeps what was edited
    apply(store, KINDS, folder, actor="git")
    assert newest(store, "prices", "prices").document == {"gold": "12.50"}
    assert file.read_text("utf-8").startswith("# About prices.\n#\nkind: prices\n")


def test_defaults_that_another_store_published_are_taken_as_published(store, folder, tmp_path):
    published(store, {}, name="prices", kind=PRICES)
    export(store, KINDS, folder)
    new = Store(f"sqlite:///{tmp_path}/new.db")
    new.migrate()
    apply(new, KINDS, folder, actor="git")
    assert newest(new, "prices", "prices").state == "published"


def test_a_folder_that_is_not_there_is_named(store, folder):
    with pytest.raises(BadInputError, match=r"There is no folder .*definitions"):
        diff(store, KINDS, folder)


def test_of_applies_at_once_one_makes_the_version_and_the_others_find_it_made(store, folder, club):
    edit(club, "threshold: 1000", "threshold: 1500")
    with ThreadPoolExecutor(4) as threads:
        tasks = [threads.submit(apply, store, KINDS, folder, actor="git") for _ in range(4)]
        found = sorted(task.result()[0].status for task in tasks)
    assert found == ["changed", "same", "same", "same"]
    with store.reading() as view:
        assert [one.version for one in history(view, "programme", "club")] == [2, 1]


def test_a_tier_that_moved_is_told_as_reordered_not_as_rewritten(store, folder):
    silver = {"name": "silver", "threshold": 1500}
    published(store, CLUB | {"tiers": [GOLD, silver]})
    export(store, KINDS, folder)
    file = folder / "programme" / "club.yaml"
    gold = "    - name: gold\n      threshold: 1000\n      benefits: []\n"
    edit(file, gold, "")
    edit(
        file, "threshold: 1500\n      benefits: []\n", f"threshold: 900\n      benefits: []\n{gold}"
    )
    [difference] = diff(store, KINDS, folder)
    assert [(one.path, one.what) for one in difference.changes] == [
        ("tiers[name=silver].threshold", "changed"),
        ("tiers", "reordered"),
    ]


def test_an_unfinished_draft_can_be_exported_compared_and_applied_but_not_published(store, folder):
    unfinished = CLUB | {"tiers": [GOLD, {"name": "silver", "threshold": 500}]}
    draft(store, unfinished)
    export(store, KINDS, folder)
    file = folder / "programme" / "club.yaml"
    edit(file, "threshold: 500", "threshold: 600")
    apply(store, KINDS, folder, actor="git")
    assert newest(store).document["tiers"][1]["threshold"] == 600
    edit(file, "state: draft", "state: published")
    with pytest.raises(
        FaultyDefinitionError,
        match=r"club\.yaml:16 definition\.tiers\[1\]\.threshold: .* above that of gold",
    ):
        apply(store, KINDS, folder, actor="git")


def test_a_text_that_newer_types_refuse_is_named_and_exported_again_without_trouble(store, folder):
    published(store)
    export(store, KINDS, folder)
    stricter = DefinitionKinds([DefinitionKind("programme", PROGRAMME.title, Prices, "x:y")])
    assert export(store, stricter, folder) == []
    with pytest.raises(
        FaultyDefinitionError, match=r"club\.yaml:\d+ definition\.tiers: There is no"
    ):
        diff(store, stricter, folder)
