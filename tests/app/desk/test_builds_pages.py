import re

from tests.app.desk.brands import land, orders
from tests.app.desk.conftest import client
from valence.jobs import Worker
from valence.lake.plan import canonical_inputs
from valence.lake.runs import RunLog


def shown(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_page_says_for_which_day_the_figures_stand(looking):
    page = shown(looking.get("/builds"))
    assert "The figures stand for 31 Oct 2026 and know everything that has landed." in page
    assert "succeeded" in page


def test_a_build_is_asked_for_once_by_two_clicks_runs_and_shows_its_result(house):
    web = client(house)
    for _ in range(2):
        assert web.post("/builds", data={"whole": "on"}, follow_redirects=False).status_code == 303
    [job] = web.get("/api/v1/jobs?kind=house.build").json()["items"]
    assert job["params"] == {"engine": None, "whole": True, "as_of": None}
    page = web.get("/builds")
    assert f'hx-get="/jobs/{job["id"]}/doing"' in page.text
    assert "waiting" in shown(page)
    Worker(house.store, house.job_kinds).run_once()
    fragment = web.get(f"/jobs/{job['id']}/doing")
    assert "hx-get" not in fragment.text
    [link] = re.findall(r"/builds/runs/[0-9a-f-]+", fragment.text)
    run = shown(web.get(link))
    anew = [mart for mart in house.marts if not mart.keeps]  # a history is kept, whatever is asked
    assert f"{len(anew)} of {len(house.marts)} marts were made" in run
    assert "everything was asked for anew" in run


def test_a_wrong_day_is_refused_in_its_field_and_kept(web):
    page = web.post("/builds", data={"as_of": "tomorrow", "engine": "spark"})
    assert page.status_code == 422
    assert 'value="tomorrow"' in page.text
    assert 'id="error-as_of"' in page.text
    assert web.get("/api/v1/jobs").json()["items"] == []


def test_the_plan_says_mart_by_mart_what_would_happen_and_why(house):
    web = client(house)
    assert "every mart is up to date" in shown(web.get("/builds/plan"))
    land(house, [{**orders(1)[0], "order_id": "one more"}])
    page = shown(web.get("/builds/plan"))
    marts = {mart.name: mart for mart in house.marts}
    on_orders = [m for m in marts.values() if "orders" in canonical_inputs(m, marts)]
    assert f"A build would make {len(on_orders)} of {len(marts)} marts." in page
    assert "only customers with changed rows are made anew" in page


def test_without_orders_the_plan_is_an_empty_state_not_an_error(bare):
    page = client(bare).get("/builds/plan")
    assert page.status_code == 200
    assert "There are no orders to build from." in shown(page)


def test_a_failed_and_a_killed_run_are_shown_honestly(house):
    from valence.core.messages import message

    log = RunLog(house.lake.path)
    as_of = house.lake.snapshot().as_of
    log.finish(log.start("spark", as_of), marts=(), error=message("The disk is {n}.", n="full"))
    web = client(house)
    assert "The last build failed The disk is full." in shown(web.get("/builds"))
    log.start("duckdb", as_of)
    page = shown(web.get("/builds"))
    assert "The last build was killed" in page
    assert "The figures of before stay published" in page


def test_reasons_are_told_in_the_language_of_the_reader(house):
    web = client(house)
    web.cookies.set("valence_language", "zh")
    run = house.build().run_id
    assert "nothing that it rests on changed" not in web.get(f"/builds/runs/{run}").text


def test_a_table_shows_meaning_sample_and_where_it_comes_from(looking):
    page = shown(looking.get("/builds/tables/customers"))
    assert "One row for each customer_id." in page
    assert "Mean days between days with a purchase: the own rhythm." in page
    assert "20 of 240 rows" in page
    assert "Customer facts , Order facts" in page


def test_a_canonical_table_has_its_page_too_also_when_it_is_empty(looking):
    assert "The table is empty." in shown(looking.get("/builds/tables/feedback"))
    assert "One order of one namespace" in shown(looking.get("/builds/tables/orders"))


def test_a_table_downloads_whole(looking):
    lines = looking.get("/builds/tables/value_tiers?format=csv").text.splitlines()
    assert lines[0].replace('"', "").startswith("tier,tier_number,customers")
    assert [line.split(",")[0].strip('"') for line in lines[1:]] == ["base", "middle", "top"]


def test_a_table_that_is_not_there_offers_the_near_name(looking):
    page = looking.get("/builds/tables/custmers")
    assert page.status_code == 404
    assert "Did you mean &#39;customers&#39;?" in page.text


def test_the_api_pages_through_builds_and_rows(house):
    house.build()
    web = client(house)
    first = web.get("/api/v1/builds?limit=1").json()
    second = web.get("/api/v1/builds", params={"limit": 1, "cursor": first["next"]}).json()
    assert second["next"] is None
    assert [run["status"] for run in (first["items"] + second["items"])] == ["succeeded"] * 2
    assert web.get(f"/api/v1/builds/{second['items'][0]['run_id']}").json() == second["items"][0]
    rows, cursor = [], ""
    while cursor is not None:
        page = web.get(
            "/api/v1/tables/customers/rows", params={"limit": 100, "cursor": cursor}
        ).json()
        rows, cursor = rows + page["items"], page["next"]
    assert len({row["customer_id"] for row in rows}) == len(rows) == 240
    assert web.get("/api/v1/builds?cursor=nonsense").status_code == 422


def test_the_api_builds_once_for_one_idempotency_key(web):
    first = web.post("/api/v1/builds", json={}, headers={"Idempotency-Key": "a"})
    again = web.post("/api/v1/builds", json={}, headers={"Idempotency-Key": "a"})
    other = web.post("/api/v1/builds", json={"whole": True}, headers={"Idempotency-Key": "a"})
    assert (first.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert other.status_code == 409


def test_the_lineage_leads_from_tables_through_marts_to_pages(looking):
    nodes = {node["name"]: node for node in looking.get("/api/v1/lineage").json()["nodes"]}
    assert nodes["order_facts"]["inputs"] == ["orders", "identifier_map"]
    assert "pages:desk" in nodes["value_summary"]["used_by"]
    places = list(nodes)
    for node in nodes.values():
        assert all(places.index(name) < places.index(node["name"]) for name in node["inputs"])


def test_before_any_order_the_page_leads_to_how_to_begin(bare):
    page = client(bare).get("/builds")
    assert "No orders have been imported yet." in shown(page)
    assert 'action="/builds"' not in page.text
    assert "See how to begin" in shown(page)
