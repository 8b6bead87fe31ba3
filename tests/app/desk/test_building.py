from datetime import timedelta

import pytest

from tests.app.desk.brands import land, orders
from valence.app.desk.building import KIND, STOPPED, BuildParams, ask_for_build, subscribers
from valence.app.desk.standing import run_log, standing, status_of
from valence.core.clock import now
from valence.jobs import Worker, cancel, listing
from valence.lake.runs import RunLog
from valence.store import Event
from valence.store.delivery import OutboxWorker

LANDED = Event("intake.landed", "import:1", {"tables": ["orders"]})


def asked(house, **params):
    return house.store.transact(
        lambda unit: ask_for_build(house, unit, BuildParams(**params), actor="local")
    )


def waiting(house):
    with house.store.reading() as view:
        return listing(view, states=("queued",), kinds=(KIND,))


def test_the_job_builds_and_tells_what_it_did(house):
    asked(house, whole=True)
    done = Worker(house.store, house.job_kinds).run_once()
    made = (done.result["made"], done.result["kept"])
    kept = sum(mart.keeps for mart in house.marts)
    assert (done.state, made) == ("done", (len(house.marts) - kept, kept))
    assert run_log(house, 1)[0].run_id == done.result["run_id"]


def test_a_build_of_no_orders_fails_for_good_with_the_sentence(bare):
    asked(bare)
    failed = Worker(bare.store, bare.job_kinds).run_once()
    assert failed.state == "failed"
    assert str(failed.error).startswith("There are no orders to build from.")


def test_a_cancelled_build_stops_at_its_next_mart_and_the_log_says_that_nothing_broke(house):
    job = asked(house, whole=True)
    before = house.lake.snapshot().head
    real = house.build

    def cancelled_meanwhile(ask, progress):
        house.store.transact(lambda unit: cancel(unit, job.id, actor="local"))
        return real(ask, progress)

    house.build = cancelled_meanwhile
    over = Worker(house.store, house.job_kinds, told_every=timedelta(0)).run_once()
    assert over.state == "cancelled"
    run = run_log(house, 1)[0]
    assert (run.error, status_of(run)) == (str(STOPPED), "stopped")
    assert house.lake.snapshot().head == before


def more(house, number=1):
    land(house, [{**orders(1)[0], "order_id": f"more {number}"}])


def test_landed_data_ask_for_one_build_however_often_they_are_told(house):
    more(house)
    with house.store.writing() as unit:
        unit.emit(LANDED)
        unit.emit(Event("intake.landed", "import:2"))
    [subscriber] = subscribers(house)
    OutboxWorker(house.store, [subscriber]).run_once()
    assert len(waiting(house)) == 1
    subscriber.deliver([LANDED])
    assert len(waiting(house)) == 1


def test_the_same_event_asks_once_even_when_its_job_is_over(house):
    more(house)
    [subscriber] = subscribers(house)
    subscriber.deliver([LANDED])
    [job] = waiting(house)
    house.store.transact(lambda unit: cancel(unit, job.id, actor="local"))
    subscriber.deliver([LANDED])
    assert waiting(house) == []


def test_what_somebody_has_built_in_already_asks_for_no_build(house):
    [subscriber] = subscribers(house)
    subscriber.deliver([LANDED])
    assert waiting(house) == []


def test_customers_without_orders_ask_for_no_build(bare):
    [subscriber] = subscribers(bare)
    subscriber.deliver([LANDED])
    assert waiting(bare) == []


def test_a_published_definition_asks_for_a_build_when_a_mart_rests_on_it(house):
    [subscriber] = subscribers(house)
    payload = {"kind": "survey", "effective_from": now().isoformat()}
    subscriber.deliver([Event("definition.published", "definition:survey:x", payload)])
    assert waiting(house) == []
    kind = next(name for mart in house.marts for name in mart.definitions)
    payload = {"kind": kind, "effective_from": "2999-01-01T00:00:00+00:00"}
    subscriber.deliver([Event("definition.published", f"definition:{kind}:{kind}", payload)])
    [job] = waiting(house)
    assert job.scheduled_for.year == 2999


def test_what_landed_since_the_build_is_counted_as_waiting(house):
    assert standing(house).waiting == 0
    more(house)
    assert standing(house).waiting > 0


def test_a_killed_run_is_told_as_killed(house):
    RunLog(house.lake.path).start("duckdb", house.lake.snapshot().as_of)
    where = standing(house)
    assert (where.last.status, status_of(where.last)) == ("killed", "killed")


@pytest.mark.parametrize("engine", ["pandas", "DuckDB"])
def test_an_unknown_engine_is_refused(engine):
    with pytest.raises(ValueError, match="Input should be 'duckdb' or 'spark'"):
        BuildParams(engine=engine)
