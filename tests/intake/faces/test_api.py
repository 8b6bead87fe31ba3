"""The API of intake on real files."""

from __future__ import annotations

import pytest
from tests.intake.faces.conftest import BROKEN, TWO_AMOUNTS


@pytest.fixture
def post(web):
    def send(*files, key=None, **fields):
        parts = [("files", (name, text.encode(), "text/csv")) for name, text in files]
        headers = {"Idempotency-Key": key} if key else {}
        return web.post("/api/v1/imports", files=parts, data=fields, headers=headers)

    return send


def test_a_file_of_a_known_form_is_imported_as_a_job(post, work, web, retail):
    answer = post(("online_retail.csv", retail))
    assert answer.status_code == 202, answer.text
    work()
    job = web.get(answer.json()["href"]).json()
    assert job["state"] == "done", job
    [found] = web.get("/api/v1/imports").json()["items"]
    assert (found["read"], found["files"][0]["totals"]["orders"]) == (
        300,
        found["files"][0]["orders_new"],
    )
    assert web.get(f"/api/v1/imports/{found['import_id']}").json() == found


def test_the_same_key_imports_once_and_other_files_under_it_are_refused(post, work, web):
    first = post(("orders.csv", BROKEN), key="one", yes="true")
    again = post(("orders.csv", BROKEN), key="one", yes="true")
    assert again.json()["job_id"] == first.json()["job_id"]
    other = post(("orders.csv", TWO_AMOUNTS), key="one", yes="true")
    assert other.status_code == 409
    assert len(work()) == 1
    assert len(web.get("/api/v1/imports").json()["items"]) == 1


def test_an_unclear_file_is_a_problem_that_says_what_is_open(post, web):
    answer = post(("two.csv", TWO_AMOUNTS), yes="true")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "several columns that could be the amount: Amount, Total" in answer.json()["detail"]
    assert "met for the first time" in post(("b.csv", BROKEN)).json()["detail"]
    assert "empty" in post(("empty.csv", "")).json()["detail"]
    assert web.post("/api/v1/imports", data={"yes": "true"}).status_code == 422


def test_a_mapping_sent_along_is_taken(post, work, web):
    mapping = (
        "version: 1\nname: mine\nkind: orders\ncolumns:\n  order_id: Order No\n"
        "  ordered_at: {column: Order Date, date: dmy}\n  net_amount: Total\n"
        "identifiers:\n  email: Customer\n"
    )
    assert post(("two.csv", TWO_AMOUNTS), mapping=mapping).status_code == 202
    [job] = work()
    assert job.result["summary"]["files"][0]["totals"]["amount"] == "216.0000"
    wrong = post(("two.csv", TWO_AMOUNTS), mapping=mapping.replace("orders", "ordres"))
    assert "Did you mean 'orders'" in wrong.json()["detail"]


def test_quarantine_pages_by_cursor_and_shows_what_is_at_fault(post, work, web):
    post(("broken.csv", BROKEN), yes="true")
    work()
    first = web.get("/api/v1/quarantine?limit=2").json()
    assert (first["total"], len(first["items"])) == (3, 2)
    assert [row["shown"] for row in first["items"]] == ["abc", "xyz"]
    assert "bob@example.com" not in str(first)
    last = web.get("/api/v1/quarantine", params={"limit": 2, "cursor": first["next"]}).json()
    assert (len(last["items"]), last["next"]) == (1, None)
    row = web.get(f"/api/v1/quarantine/{first['items'][0]['row_id']}").json()
    assert row["cells"]["amount"] == "abc"
    assert web.get("/api/v1/quarantine/999").status_code == 404
    assert web.get("/api/v1/quarantine?reason=odd").status_code == 422


def test_replay_changes_cells_first_and_happens_once_under_a_key(post, work, web):
    post(("broken.csv", BROKEN), yes="true")
    work()
    assert web.post("/api/v1/quarantine/replay", json={}).status_code == 422
    body = {"changes": {"1": {"amount": "20.50"}}}
    headers = {"Idempotency-Key": "mend 1"}
    first = web.post("/api/v1/quarantine/replay", json=body, headers=headers)
    assert first.status_code == 202, first.text
    [job] = work()
    assert job.result["landed"] == 1
    again = web.post("/api/v1/quarantine/replay", json=body, headers=headers)
    assert again.json()["job_id"] == first.json()["job_id"]
    assert work() == []
    unknown = web.post("/api/v1/quarantine/replay", json={"changes": {"2": {"amout": "1"}}})
    assert "has no column 'amout'" in unknown.json()["detail"]


MAPPING = (
    "version: 1\nname: mine\nkind: orders\ncolumns:\n  order_id: Order No\n"
    "  ordered_at: {column: Order Date, date: dmy}\n  net_amount: Total\n"
    "identifiers:\n  email: Customer\n"
)


def sent(web, path, name, text, **fields):
    parts = [("files", (name, text.encode(), "text/csv"))]
    return web.post(f"/api/v1/mappings{path}", files=parts, data=fields)


def test_a_file_is_previewed_with_its_open_questions_and_nothing_of_it_is_kept(web, house):
    [seen] = sent(web, "/preview", "two.csv", TWO_AMOUNTS).json()["items"]
    assert (seen["origin"], seen["kind"]) == ("guessed", "orders")
    assert seen["questions"][0]["choices"] == ["Amount", "Total"]
    assert seen["columns"][0]["column"] == "Order No"
    assert seen["columns"][0]["target"].endswith("order_id")
    assert seen["columns"][0]["samples"] == ["1001", "1002", "1003"]
    assert not list((house.brand.data / "uploads").iterdir())
    [broken] = sent(web, "/preview", "odd.csv", "a,b\n1,2\n").json()["items"]
    assert (broken["origin"], broken["mapping"]) == ("unknown", None)
    assert "not recognised" in broken["fault"]


def test_a_mapping_is_kept_for_all_files_with_these_columns_and_listed(web, post, work):
    kept = sent(web, "", "two.csv", TWO_AMOUNTS, mapping=MAPPING)
    assert kept.status_code == 201, kept.text
    again = sent(web, "", "two.csv", TWO_AMOUNTS, mapping=MAPPING)
    assert again.json() == kept.json()
    listed = web.get("/api/v1/mappings").json()["items"]
    assert [one["name"] for one in listed if one["origin"] == "kept"] == [kept.json()["name"]]
    assert web.get(f"/api/v1/mappings/{kept.json()['name']}").json() == kept.json()
    assert "net_amount: Total" in kept.json()["mapping"]
    near = web.get("/api/v1/mappings/online_retial").json()
    assert near["status"] == 404
    assert "Did you mean" in near["detail"]
    assert post(("two.csv", TWO_AMOUNTS)).status_code == 202  # nothing is open any more


def test_a_mapping_that_does_not_fit_its_file_is_refused_with_the_near_column(web):
    answer = sent(web, "", "t.csv", TWO_AMOUNTS, mapping=MAPPING.replace("Total", "Totel"))
    assert answer.status_code == 422
    assert "Did you mean 'Total'" in answer.json()["detail"]
    assert web.get("/api/v1/mappings").json()["items"][-1]["origin"] == "ready"


def test_a_row_held_back_is_mended_or_thrown_away_for_a_reason(web, post, work):
    post(("broken.csv", BROKEN), yes="true")
    work()
    row = web.patch("/api/v1/quarantine/1", json={"changes": {"amount": "20.50"}}).json()
    assert (row["row_id"], row["cells"]["amount"]) == (1, "20.50")
    wrong = web.patch("/api/v1/quarantine/1", json={"changes": {"amout": "1"}})
    assert "has no column 'amout'" in wrong.json()["detail"]
    assert web.patch("/api/v1/quarantine/99", json={"changes": {"a": "1"}}).status_code == 404
    unsaid = web.post("/api/v1/quarantine/discard", json={"rows": [2], "why": " "})
    assert "Say why" in unsaid.json()["detail"]
    gone = web.post("/api/v1/quarantine/discard", json={"rows": [2, 3, 99], "why": "test orders"})
    assert gone.json() == {"discarded": 2}
    assert web.get("/api/v1/quarantine").json()["total"] == 1
