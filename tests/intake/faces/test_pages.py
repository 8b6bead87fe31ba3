"""Pages of intake on real files: upload, mapping, confirmation, result, quarantine."""

from __future__ import annotations

import re

from tests.intake.faces.conftest import BROKEN, CHINESE, TWO_AMOUNTS

from valence.store import outbox
from valence.trust.audit import entries

FIELD = re.compile(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"')
SELECT = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.S)
CHOSEN = re.compile(r'<option value="([^"]*)" selected')


def fields(html):
    """The fields of the mapping form as a browser would send them."""
    form = html[html.index('<form id="mapping"') :]
    form = form[: form.index("</form>")]
    found = {}
    for tag, name, value in [(m.group(0), m.group(1), m.group(2)) for m in FIELD.finditer(form)]:
        if ('type="radio"' in tag or 'type="checkbox"' in tag) and " checked" not in tag:
            continue
        found[name] = value
    for name, options in SELECT.findall(form):
        chosen = CHOSEN.search(options)
        found[name] = chosen.group(1) if chosen else ""
    return found


def test_a_house_without_data_says_what_will_appear_and_offers_the_form(web):
    page = web.get("/imports").text
    assert "Nothing has been imported yet." in page
    assert 'enctype="multipart/form-data"' in page
    assert "There are none: every row of every import landed." in web.get("/quarantine").text


def test_a_known_form_is_shown_confirmed_and_imported_with_figures_to_check(
    web, send, work, retail, house
):
    address = send(("online_retail.csv", retail))
    assert web.get(address, follow_redirects=False).headers["location"] == f"{address}/0"
    page = web.get(f"{address}/0").text
    assert "Form known to Valence" in page
    assert "300 of the first 300 rows would land" in page
    started = web.post(f"{address}/0", data=fields(page), follow_redirects=False)
    running = started.headers["location"]
    assert "waiting" in web.get(running).text
    [job] = work()
    assert job.state == "done", job.error
    result = web.get(running).text
    assert "300 rows read: 300 new, 0 updated, 0 unchanged." in result
    assert "What does each month add up to?" in result
    assert not list(house.brand.data.glob("uploads/*/files/*"))  # personal data do not stay
    assert "online_retail.csv" in web.get("/imports").text


def test_an_import_tells_the_house_that_data_landed(web, send, work, house):
    address = send(("orders.csv", BROKEN))
    web.post(f"{address}/0", data=fields(web.get(f"{address}/0").text))
    work()
    with house.store.writing() as unit:
        outbox.number_new(unit)
        [placed] = outbox.after(unit, 0, limit=10)
    assert placed.event.name == "intake.landed"
    assert placed.event.payload["files"] == ["orders.csv"]


def test_two_columns_that_could_be_the_amount_must_be_told_apart(web, send, work):
    address = send(("two.csv", TWO_AMOUNTS)) + "/0"
    page = web.get(address).text
    assert "Which column is the amount? Several could be it." in page
    assert "Do the dates of &#39;Order Date&#39; have the day or the month first?" in page
    typed = fields(page)
    refused = web.post(address, data={**typed, "namespace": "kept as typed"})
    assert refused.status_code == 422
    assert "Choose one of these." in refused.text
    assert 'value="kept as typed"' in refused.text
    answers = {"answer-net_amount": "Total", "answer-date:Order Date": "mdy"}
    looked = web.post(f"{address}/look", data={**typed, **answers}, headers={"HX-Request": "true"})
    assert "4 Mar 2024" in looked.text
    assert "120.00" in looked.text
    assert "<html" not in looked.text
    started = web.post(address, data={**typed, **answers}, follow_redirects=False)
    work()
    assert "216.00" in web.get(started.headers["location"]).text  # the sum of Total


def test_two_columns_for_one_thing_are_refused_at_the_field(web, send):
    address = send(("two.csv", TWO_AMOUNTS)) + "/0"
    typed = {**fields(web.get(address).text), "answer-net_amount": "Total"}
    typed |= {"column-1": "columns.order_id"}
    refused = web.post(address, data=typed)
    assert refused.status_code == 422
    assert "is given by the column &#39;Order No&#39; already" in refused.text
    assert "Still missing: Date of the order." in refused.text


def test_a_gb18030_file_is_read_and_its_form_is_not_asked_about_twice(web, send, work):
    address = send(("订单.csv", CHINESE.encode("gb18030"))) + "/0"
    page = web.get(address).text
    assert "GB18030" in page
    assert "南京路店" in page
    web.post(address, data=fields(page))
    [job] = work()
    assert job.state == "done"
    again = send(("订单 (四月).csv", CHINESE.replace("03-0", "04-0").encode("gb18030"))) + "/0"
    assert "Confirmed before" in web.get(again).text


def test_several_files_are_confirmed_one_after_the_other_and_import_together(web, send, work):
    address = send(("two.csv", TWO_AMOUNTS), ("broken.csv", BROKEN), ("empty.csv", ""))
    page = web.get(address).text
    assert "is empty (0 bytes)" in page
    assert "2 files wait for you" not in page  # the empty one waits too
    web.post(f"{address}/2/remove")
    first = {**fields(web.get(f"{address}/0").text), "answer-net_amount": "Amount"}
    led = web.post(f"{address}/0", data=first, follow_redirects=False).headers["location"]
    assert led == f"{address}/1"
    web.post(led, data=fields(web.get(led).text))
    assert "All 2 files can be imported." in web.get(address).text
    started = web.post(f"{address}/import", follow_redirects=False).headers["location"]
    [job] = work()
    assert job.state == "done", job.error
    assert "two.csv, broken.csv" in web.get(started).text


def test_an_unknown_file_asks_what_it_holds(web, send):
    address = send(("odd.csv", "colour,shape\nred,round\nblue,square\n")) + "/0"
    page = web.get(address).text
    assert "It is not clear what odd.csv holds." in page
    typed = {**fields(page), "kind": "products"}
    looked = web.post(f"{address}/look", data=typed).text
    assert "Still missing: Product number." in looked


def test_a_cancelled_import_keeps_nothing_and_leads_back_to_the_mapping(web, send, work):
    address = send(("orders.csv", BROKEN))
    typed = fields(web.get(f"{address}/0").text)
    running = web.post(f"{address}/0", data=typed, follow_redirects=False).headers["location"]
    web.post(f"{running}/cancel")
    page = web.get(running).text
    assert "Nothing of it was kept." in page
    assert address in page
    assert work() == []
    again = web.post(f"{address}/0", data=typed, follow_redirects=False).headers["location"]
    assert again == running
    [job] = work()
    assert job.state == "done"


def test_the_same_files_twice_change_nothing_and_say_so(web, send, work, retail):
    for _ in range(2):
        address = send(("online_retail.csv", retail)) + "/0"
        started = web.post(address, data=fields(web.get(address).text), follow_redirects=False)
        [job] = work()
    page = web.get(started.headers["location"]).text
    assert "these very files were imported before" in page
    assert job.result["page"] == started.headers["location"]


def imported(web, send, work, text=BROKEN):
    address = send(("broken.csv", text)) + "/0"
    web.post(address, data=fields(web.get(address).text))
    work()


def test_quarantine_shows_where_why_and_what_but_whole_rows_on_their_own_page_only(web, send, work):
    imported(web, send, work)
    page = web.get("/quarantine").text
    assert "3 rows are held back." in page
    assert '<span translate="no">abc</span>' in page
    assert "bob@example.com" not in page
    row = web.get("/quarantine/1").text
    assert 'value="abc"' in row
    assert 'value="bob@example.com"' in row
    assert "2 rows of this file have the same fault in the same column." in row
    assert "No row fits." in web.get("/quarantine?file=other.csv").text


def test_who_opens_a_row_or_takes_rows_away_stands_in_the_audit_trail(web, send, work, house):
    imported(web, send, work)
    web.get("/quarantine")
    assert seen(house) == [], "the list masks what may be personal"
    web.get("/quarantine/2")
    web.get("/api/v1/quarantine/2")
    web.get("/quarantine/export?file=broken.csv&column=amount")
    assert web.get("/quarantine/999").status_code == 404
    where = {"file": "broken.csv", "line": 5}
    which = {"file": "broken.csv", "column": "amount", "rows": 2}
    assert seen(house) == [
        ("local", "intake:export", "quarantine", which),
        ("local", "intake:open", "quarantine:2", where),
        ("local", "intake:open", "quarantine:2", where),
    ]


def seen(house):
    with house.store.reading() as view:
        return [(one.actor, one.action, one.subject, one.detail) for one in entries(view)]


def test_a_mended_row_is_replayed_and_leaves_the_quarantine(web, send, work):
    imported(web, send, work)
    typed = {"cell-0": "2", "cell-1": "2024-01-06", "cell-2": "bob@example.com", "cell-3": "20.5"}
    started = web.post("/quarantine/1", data=typed, follow_redirects=False)
    [job] = work()
    assert job.result["landed"] == 1, job.error
    assert "bob@example.com" not in str(job.params)
    assert "1 row landed and left the quarantine." in web.get(started.headers["location"]).text
    assert web.get("/quarantine/1").status_code == 404
    assert "2 rows are held back." in web.get("/quarantine").text


def test_a_row_that_fails_again_keeps_its_place_in_its_own_file(web, send, work):
    imported(web, send, work)
    started = web.post("/quarantine/replay", data={"file": "broken.csv"}, follow_redirects=False)
    [job] = work()
    assert (job.result["landed"], job.result["again"]) == (0, 3)
    assert "3 rows are still held" in web.get(started.headers["location"]).text
    found = web.get("/api/v1/quarantine").json()
    assert [(row["file"], row["line"]) for row in found["items"]] == [
        ("broken.csv", 3), ("broken.csv", 5), ("broken.csv", 6),
    ]  # fmt: skip


def test_export_gives_the_rows_with_the_columns_of_their_file(web, send, work):
    imported(web, send, work)
    answer = web.get("/quarantine/export?file=broken.csv&column=amount")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.removeprefix("\ufeff").splitlines() == [
        "order_id,order date,email,amount",
        "2,2024-01-06,bob@example.com,abc",
        "4,2024-02-08,dee@example.com,xyz",
    ]


def test_rows_are_thrown_away_only_with_a_reason_that_is_kept(web, send, work, house):
    imported(web, send, work)
    refused = web.post("/quarantine/1/discard", data={"why": "  "})
    assert refused.status_code == 422
    assert "Say why these rows are thrown away" in refused.text
    web.post("/quarantine/1/discard", data={"why": "a test order"})
    assert web.get("/quarantine/1").status_code == 404
    with house.store.writing() as unit:
        outbox.number_new(unit)
        events = [placed.event for placed in outbox.after(unit, 0, limit=10)]
    gone = next(event for event in events if event.name == "intake.discarded")
    assert (gone.payload["why"], gone.payload["line"]) == ("a test order", 3)


def test_a_cut_off_line_can_be_mended_as_a_whole(web, send, work):
    imported(web, send, work, BROKEN + "6,2024-03-01,fay@exa")
    page = web.get("/quarantine/4").text
    assert "The line as it stands in the file" in page
    web.post("/quarantine/4", data={"cell-0": "6,2024-03-01,fay@example.com,60.50"})
    [job] = work()
    assert job.result["landed"] == 1, job.result
