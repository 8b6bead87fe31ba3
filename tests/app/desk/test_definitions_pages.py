import re

import pytest

from tests.app.desk.conftest import client

TIERS = "/definitions/value_tiers/value_tiers"
FOUR = """tiers:
  - {name: gold, share: '0.1'}
  - {name: silver, share: '0.2'}
  - {name: base, share: '0.7'}
"""


def shown(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
def web(bare):
    return client(bare)


def base_of(web):
    text = web.get(TIERS).text
    return {
        name: re.search(rf'name="{name}" value="([^"]+)"', text).group(1)
        for name in ("base_version", "base_hash")
    }


def drafted(web, text=FOUR, **more):
    return web.post(TIERS, data={"text": text, **more}, follow_redirects=False)


def published(web):
    drafted(web)
    return web.post(f"{TIERS}/publish", data=base_of(web), follow_redirects=False)


def test_every_kind_is_listed_with_the_defaults_where_nothing_is_published(web):
    page = shown(web.get("/definitions"))
    assert "Nothing of your own holds: the defaults hold everywhere." in page
    assert all(name in page for name in ("RFM scores", "Value tiers", "Cohorts"))


def test_a_draft_beside_a_published_version_does_not_hide_that_it_holds(web):
    published(web)
    drafted(web, FOUR.replace("0.1", "0.2").replace("silver, share: '0.2'", "silver, share: '0.1'"),
            **base_of(web))  # fmt: skip
    page = shown(web.get("/definitions"))
    assert "1 definition of your own holds" in page
    assert "version 1 holds" in page
    assert "version 2: draft" in page


def test_the_editor_tells_what_each_setting_means_and_may_be(web):
    page = shown(web.get("/definitions/rfm/rfm"))
    assert "weights.recency How recently the customer bought. number, 0 to 1000 20" in page
    assert "window_months Only orders of so many months count; empty: all." in page
    assert "whole number, 1 to 600, or null for none" in page
    assert "tiers[].share Share of customers" in shown(web.get(TIERS))


def test_a_kind_of_which_there_is_one_leads_straight_to_it(web):
    answer = web.get("/definitions/value_tiers", follow_redirects=False)
    assert answer.headers["location"] == TIERS
    assert web.get("/definitions/value_teirs").status_code == 404


def test_a_draft_is_saved_shown_as_changes_published_and_retired(web):
    assert drafted(web, note="Three tiers").headers["location"] == f"{TIERS}#draft"
    page = shown(web.get(TIERS))
    assert "A draft of version 1 waits to be published." in page
    assert "tiers[name=gold]" in page
    assert published(web).status_code == 303
    assert "Version 1 holds since" in shown(web.get(TIERS))
    assert "1 definition of your own holds; else the defaults do." in shown(web.get("/definitions"))
    web.post(f"{TIERS}/retire", data={"at": ""})
    page = shown(web.get(TIERS))
    assert "Nothing is published: the defaults hold." in page
    assert "retired" in page


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tiers:\n  - name: gold\n    shar: '0.1'\n", "line 3"),
        ("tiers: [\n", "This is not valid YAML"),
        ("- a\n- b\n", "A definition begins with the name of a field"),
        ("tiers:\n  - {name: a, share: '0.5'}\n  - {name: b, share: '0.4'}\n", "sum to 0.9"),
    ],
)
def test_a_fault_is_shown_at_its_line_and_what_was_typed_is_kept(web, text, says):
    answer = drafted(web, text, note="kept too")
    assert answer.status_code == 422
    assert says in shown(answer)
    area = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL).group(1)
    assert area.replace("&#39;", "'") == text
    assert 'value="kept too"' in answer.text
    assert "Nothing is published: the defaults hold." in shown(web.get(TIERS))


def test_saving_over_a_newer_text_is_refused_shows_theirs_and_can_be_repeated(web):
    drafted(web)
    stale = base_of(web)
    theirs = FOUR.replace("gold", "platinum")
    assert drafted(web, theirs, **stale).status_code == 303
    mine = FOUR.replace("silver", "second")
    answer = drafted(web, mine, **stale)
    assert answer.status_code == 409
    assert "+  - name: platinum" in answer.text
    assert "name: second" in answer.text
    again = {
        name: re.search(rf'id="edit".*?name="{name}" value="([^"]+)"', answer.text, re.DOTALL)[1]
        for name in ("base_version", "base_hash")
    }
    assert drafted(web, mine, **again).status_code == 303


def test_publishing_into_the_past_of_a_version_in_effect_is_refused_in_words(web):
    published(web)
    drafted(web, FOUR.replace("gold", "best"), **base_of(web))
    answer = web.post(
        f"{TIERS}/publish", data={**base_of(web), "effective_from": "2020-01-01T00:00"}
    )
    assert answer.status_code == 422
    assert "cannot take effect before that" in shown(answer)
    answer = web.post(f"{TIERS}/publish", data={**base_of(web), "effective_from": "soon"})
    assert "is not an instant such as" in shown(answer)


def test_an_instant_without_a_zone_is_one_of_the_brand(web):
    drafted(web)
    web.post(f"{TIERS}/publish", data={**base_of(web), "effective_from": "2099-07-01T00:00"})
    [version] = web.get("/api/v1/definitions?kind=value_tiers").json()["items"]
    assert version["effective_from"] == "2099-06-30T23:00:00Z"  # British summer time


def test_a_discarded_draft_leaves_what_was_before(web):
    published(web)
    drafted(web, FOUR.replace("gold", "best"), **base_of(web))
    web.post(f"{TIERS}/discard", data=base_of(web))
    page = shown(web.get(TIERS))
    assert "waits to be published" not in page
    assert "Version 1 holds since" in page


def test_versions_are_compared_part_by_part_and_line_by_line(web):
    published(web)
    drafted(web, FOUR.replace("'0.1'", "'0.15'").replace("'0.7'", "'0.65'"), **base_of(web))
    web.post(f"{TIERS}/publish", data=base_of(web))
    page = shown(web.get(f"{TIERS}/versions/2"))
    assert "What changed since version 1" in page
    assert "tiers[name=gold].share" in page
    found = web.get(f"/api/v1{TIERS}/diff?before=1&after=2").json()
    assert {change["path"] for change in found["changes"]} == {
        "tiers[name=gold].share",
        "tiers[name=base].share",
    }
    assert web.get(f"{TIERS}/versions/9").status_code == 404


def test_the_file_of_a_definition_can_be_downloaded(web):
    published(web)
    text = web.get(f"{TIERS}?format=yaml").text
    assert text.startswith("kind: value_tiers\nname: value_tiers\nstate: published\n")


def test_the_api_leads_a_definition_through_its_life(web):
    document = {"tiers": [{"name": "a", "share": "0.2"}, {"name": "b", "share": "0.8"}]}
    draft = web.put(f"/api/v1{TIERS}/draft", json={"document": document}).json()
    base = {"version": draft["version"], "content_hash": draft["content_hash"]}
    moved = web.put(f"/api/v1{TIERS}/draft", json={"document": {"tiers": document["tiers"][::-1]}})
    assert moved.status_code == 409
    assert web.post(f"/api/v1{TIERS}/publish", json={"based_on": base}).json()["state"] == (
        "published"
    )
    found = web.get(f"/api/v1{TIERS}").json()
    assert found["in_effect"]["document"]["tiers"][0]["name"] == "a"
    assert web.post(f"/api/v1{TIERS}/retire", json={}).json()["state"] == "retired"
    wrong = web.put(f"/api/v1{TIERS}/draft", json={"document": {"teirs": []}, "based_on": base})
    assert wrong.status_code == 422
    assert "Did you mean &#39;tiers&#39;" in wrong.text or "Did you mean 'tiers'" in wrong.text


def test_the_kinds_are_told_with_their_schema_and_defaults(web):
    kinds = {kind["name"]: kind for kind in web.get("/api/v1/definition-kinds").json()}
    assert kinds["value_tiers"]["singleton"] is True
    assert kinds["value_tiers"]["defaults"]["tiers"][0]["name"] == "top"
    assert "tiers" in kinds["value_tiers"]["json_schema"]["properties"]


def test_a_change_that_is_sent_twice_under_a_key_happens_once(web):
    """A publication sent again after a lost answer was refused: the draft was gone."""
    path = f"/api/v1{TIERS}"
    tiers = [{"name": "a", "share": "0.2"}, {"name": "b", "share": "0.8"}]
    draft = web.put(f"{path}/draft", json={"document": {"tiers": tiers}}).json()
    body = {"based_on": {"version": draft["version"], "content_hash": draft["content_hash"]}}
    key = {"Idempotency-Key": "one"}
    first = web.post(f"{path}/publish", json=body, headers=key)
    assert (first.status_code, first.json()["state"]) == (200, "published")
    assert web.post(f"{path}/publish", json=body, headers=key).json() == first.json()
    assert web.post(f"{path}/publish", json=body).status_code == 404
    other = web.post(f"{path}/publish", json={**body, "note": "x"}, headers=key)
    assert "used before for another request" in other.json()["detail"]
    more = web.put(f"{path}/draft", json={"document": {"tiers": tiers}, **body}).json()
    thrown = {"based_on": {"version": more["version"], "content_hash": more["content_hash"]}}
    for _ in range(2):
        left = web.post(f"{path}/discard", json=thrown, headers=key)
        assert (left.status_code, left.json()["version"]) == (200, 1)
