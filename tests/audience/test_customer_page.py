"""The page of one customer: who, worth, scores, and what happened, newest first."""

import re

import pyarrow as pa
import pytest
from tests.value.faces.brands import SHOP, fill, literal_lines
from tests.value.faces.fixtures import client, customer_id

from valence.people.decisions import link, split
from valence.people.resolve import resolve
from valence.trust.audit import entries


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def one(house, number, **options):
    return client(house, **options).get(f"/customers/{customer_id(house, number)}")


@pytest.mark.parametrize(
    ("way", "kind", "said"),
    [
        ("1", "user_id", "Found by user id."),
        ("user_id:1", "user_id", "Found by user id."),
        (f"user_id@{SHOP}:1", "user_id", "Found by user id."),
        ("email:ada@example.co.uk", "email", "Found by e-mail address."),
    ],
)
def test_any_identifier_leads_to_the_page_which_says_how(few, way, kind, said):
    answer = client(few).get(f"/customers/{way}", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/customers/{customer_id(few, '1')}?by={kind}"
    assert said in text_of(client(few).get(f"/customers/{way}"))


def test_an_address_cannot_put_words_on_the_page(few):
    page = client(few).get(f"/customers/{customer_id(few, '1')}?by=your+bank").text
    assert "bank" not in re.sub(r'value="[^"]*"', "", page)


def test_an_identifier_of_several_lists_them_to_choose_from(shop):
    rows = [
        ("a", "tea", 1, "2025-01-01 10:00", 9, "1"),
        ("b", "cup", 1, "2025-01-02 10:00", 5, "2"),
    ]
    fill(shop, literal_lines(rows), {"1": {"name": "Ada"}, "2": {"name": "Bob"}})
    own = shop.keyring.id_key("user_id", "2", SHOP)
    other = shop.keyring.id_key("external_id", "1", "crm")
    keys = {"id_key": [own, other], "link_key": [own, own], "source": [SHOP, "crm"]}
    resolve(shop.store, pa.table({**keys, "id_type": ["user_id", "external_id"]}))
    shop.build()
    answer = client(shop).get("/customers/1")
    assert answer.status_code == 300
    said = text_of(answer)
    assert "2 customers are known by that." in said
    assert "A. 1" in said
    assert "B. 2" in said
    for number in ("1", "2"):
        assert f'href="/customers/{customer_id(shop, number)}"' in answer.text


def test_contact_data_are_masked_until_they_are_asked_for(few):
    page = one(few, "1").text
    for hidden in ("ada@example.co.uk", "Lovelace", "7946"):
        assert hidden not in page
    shown = client(few).post(f"/customers/{customer_id(few, '1')}/show")
    assert "ada@example.co.uk" in shown.text
    assert "Ada Lovelace" in shown.text
    fragment = client(few).post(
        f"/customers/{customer_id(few, '1')}/show", headers={"hx-request": "true"}
    )
    assert "<html" not in fragment.text
    assert "+442079460123" in fragment.text


def trail(house, subject):
    with house.store.reading() as view:
        return entries(view, subject=subject)


def test_each_look_at_contact_data_is_noted_with_who_and_what_but_no_value(few):
    ada = customer_id(few, "1")
    before = len(trail(few, ada))
    client(few).get(f"/customers/{ada}")  # masked: nothing to note
    client(few).post(f"/customers/{ada}/show", headers={"hx-request": "true"})
    told = client(few).post(f"/api/v1/customers/{ada}/reveal").json()
    assert {"kind": "email", "value": "ada@example.co.uk"} in told["contact"]
    added = trail(few, ada)[: -before or None]
    assert [(one.actor, one.action) for one in added] == [("local", "audience:reveal")] * 2
    assert added[0].detail == {"kinds": ["email", "name", "phone", "user_id"]}


def test_showing_is_never_a_link_that_could_be_followed_or_kept(few):
    assert client(few).get(f"/customers/{customer_id(few, '1')}/show").status_code == 405


def test_worth_stands_beside_everybody(few):
    said = text_of(one(few, "1"))
    assert "Brought £85.50 so far" in said
    assert "Buys every 64 days." in said
    assert "Orders 2 Value £85.50 Customer since 10 Jan 2025 Last order 15 Mar 2025" in said
    assert "value: net revenue" in said


def test_the_timeline_holds_all_that_happened_newest_first(few):
    entries = client(few).get("/api/v1/customers/1/timeline").json()["items"]
    assert [entry["kind"] for entry in entries] == [
        "return", "feedback", "contact", "order", "event", "message", "order",
    ]  # fmt: skip
    said = text_of(one(few, "1"))
    for words in ("It came late", "NPS 9", "scale 0-10", "login", "spring", "complaint", "case 7"):
        assert words in said


def test_the_timeline_is_paged_without_losing_or_doubling_an_entry(few):
    web, seen, cursor = client(few), [], ""
    while cursor is not None:
        params = {"limit": 2, "cursor": cursor}
        page = web.get("/api/v1/customers/1/timeline", params=params).json()
        seen += [(entry["at"], entry["kind"]) for entry in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 7


def test_the_lines_of_an_order_come_as_a_part_and_as_a_page(few):
    path = f"/customers/{customer_id(few, '1')}/orders/{SHOP}/a1"
    part = client(few).get(path, headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert "The cup" in part
    assert "£5.50" in part
    assert "What was in it?" in client(few).get(path).text


def test_names_of_products_are_text_and_never_markup(few):
    path = f"/customers/{customer_id(few, '2')}/orders/{SHOP}/b1"
    assert "&lt;b&gt;&amp;bold&lt;/b&gt;" in client(few).get(path).text


def test_an_order_of_somebody_else_is_not_shown(few):
    path = f"/customers/{customer_id(few, '2')}/orders/{SHOP}/a1"
    assert client(few).get(path).status_code == 404


def test_a_year_leads_to_where_it_ends_in_the_timeline(retail):
    page = one(retail, "12748").text
    link = re.search(r'href="([^"]+)#timeline"><span translate="no">2010<', page)[1]
    there = text_of(client(retail).get(link.replace("&amp;", "&")))
    days = re.findall(r"\d+ Dec (\d{4}) \d\d:\d\d (?:Order|Return)", there)
    assert set(days) == {"2010"}
    assert "Back to the newest" in there


def test_who_only_gave_back_has_no_scores_and_a_page_all_the_same(few):
    said = text_of(one(few, "4"))
    assert "Brought −£80.00 so far" in said
    assert "no purchase" in said


def test_a_customer_who_brought_nothing_is_in_the_last_tier(few):
    assert "Base" in text_of(one(few, "5"))


def test_nobody_is_said_with_what_to_do_without_repeating_what_was_typed(few):
    answer = client(few).get("/customers/secret@example.com")
    assert answer.status_code == 404
    assert "No customer is known by that. Kinds of identifiers that are known here:" in answer.text
    assert "user_id" not in answer.text
    assert 'action="/customers/find"' in answer.text
    assert "Look through all customers" in answer.text
    assert "secret" not in re.sub(r"<code[^>]*>.*?</code>|<input[^>]*>", "", answer.text)


def test_merges_are_told_and_the_old_address_leads_to_who_stays(shop):
    rows = [
        ("a", "tea", 1, "2025-01-01 10:00", 9, "1"),
        ("b", "cup", 1, "2025-01-02 10:00", 5, "2"),
    ]
    fill(shop, literal_lines(rows), {"1": {"name": "Ada"}, "2": {"name": "Ada L"}})
    shop.build()
    web, first, second = client(shop), customer_id(shop, "1"), customer_id(shop, "2")
    decision = link(shop.store, *map(_uuid, (first, second)), reason="same person", actor="me")
    kept = customer_id(shop, "1")
    gone = second if kept == first else first
    from_old = web.get(f"/customers/{gone}")
    assert str(from_old.url).endswith(f"{kept}?by=merged")
    assert "named a customer who was merged into this one" in text_of(from_old)
    said = text_of(web.get(f"/customers/{kept}"))
    assert "joined by hand (same person)" in said
    assert "figures follow with the next build" in said
    split(shop.store, decision, reason="no, two", actor="me")
    assert "taken out again (no, two)" in text_of(web.get(f"/customers/{kept}"))


def _uuid(text):
    from uuid import UUID

    return UUID(text)


def test_who_is_known_and_has_no_order_has_a_page(shop):
    fill(shop, literal_lines([("a", "tea", 1, "2025-01-01 10:00", 9, "1")]))
    shop.build()
    later = literal_lines([("b", "tea", 1, "2025-01-05 10:00", 9, "2")])
    fill(shop, later)  # not built yet
    answer = client(shop).get("/customers/2")
    assert answer.status_code == 200
    assert "Nothing bought so far." in text_of(answer)


def test_in_chinese_the_page_is_chinese(few):
    said = text_of(one(few, "1", lang="zh"))
    assert "客户" in said
    assert "Brought" not in said
    assert "What happened" not in said


def test_a_bad_cursor_is_refused_in_words(few):
    answer = client(few).get("/api/v1/customers/1/timeline", params={"cursor": "%%%"})
    assert answer.status_code == 422
    assert "not a cursor" in answer.json()["detail"]
