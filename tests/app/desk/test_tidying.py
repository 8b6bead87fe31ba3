"""What is old goes by itself, once a day, whatever restarts."""

from datetime import UTC, datetime, timedelta

from valence.app.desk.tidying import CHORES, KIND, ask_daily, tidy_today
from valence.app.house import WholeHouse
from valence.core.clock import frozen
from valence.core.settings import load
from valence.jobs import Worker, listing
from valence.lake.lease import lease
from valence.store import Event
from valence.store.delivery import OutboxWorker
from valence.store.tables import outbox_events

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def jobs_of(house):
    with house.store.reading() as view:
        return listing(view)


def work(house):
    return Worker(house.store, house.job_kinds).run_once()


def test_a_worker_asks_for_it_once_a_day_also_after_a_restart(house):
    for hours in (0, 1, 2, 23):
        with frozen(MONDAY + timedelta(hours=hours)):
            again = WholeHouse(load(house.brand.root), house.capabilities)
            again.chores()
            again.close()
    assert ask_daily in CHORES
    assert [job.idempotency_key for job in jobs_of(house)] == [
        "daily:2026-03-03",
        "daily:2026-03-02",
    ]


def test_jobs_and_events_of_before_are_gone_a_month_later_and_younger_ones_stay(house):
    for day in (0, 20, 40):
        with frozen(MONDAY + timedelta(days=day)):
            ask_daily(house)
            done = work(house)
    assert done.result == {"jobs": 1, "events": 0, "files": 0}
    assert [job.idempotency_key for job in jobs_of(house)] == [
        "daily:2026-04-11",
        "daily:2026-03-22",
    ]


def test_while_somebody_writes_the_lake_it_waits_and_is_done_later(house):
    with frozen(MONDAY):
        ask_daily(house)
        with lease(house.lake.path, "import orders.csv"):
            waiting = work(house)
        assert (waiting.state, waiting.attempts) == ("queued", 0)
    with frozen(MONDAY + timedelta(minutes=1)):
        assert work(house).state == "done"


def test_a_brand_that_is_built_by_command_is_tidied_too(house):
    with frozen(MONDAY):
        tidy_today(house)
        tidy_today(house)
    [job] = jobs_of(house)
    assert (job.kind, job.state) == (KIND, "done")


def test_events_that_everybody_has_dealt_with_go_after_a_month(house):
    with frozen(MONDAY), house.store.writing() as unit:
        unit.emit(Event("intake.landed", "intake", {}))
    OutboxWorker(house.store, house.subscribers).run_once()
    with frozen(MONDAY + timedelta(days=31)):
        ask_daily(house)
        assert work(house).result["events"] == 1
    with house.store.reading() as view:
        assert not view.rows(outbox_events.select())
