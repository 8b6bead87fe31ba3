"""Workers: every job is run by one of them, to its end, whatever happens to a worker."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from tests.jobs import work
from tests.jobs.work import COUNTING, MONDAY, ask, kind

from valence.core.clock import frozen, now
from valence.core.errors import BadInputError, BusyError, OutOfSpaceError
from valence.core.messages import message
from valence.core.progress import Step
from valence.jobs import Worker, cancel, enqueue, find, listing, retry
from valence.jobs.tables import jobs
from valence.store.backoff import Backoff
from valence.store.tables import outbox_subscribers as effects

SOON = timedelta(seconds=0)


def look(store, job):
    with store.reading() as view:
        return find(view, job.id)


def counted(store, job):
    """Number → attempt that wrote it."""
    with store.reading() as view:
        rows = view.rows(sa.select(effects).where(effects.c.name.like(f"{job.id}:%")))
    return {int(row["name"].split(":")[1]): row["position"] for row in rows}


def let_the_lease_run_out(store, job):
    with store.writing() as unit:
        at = now() - timedelta(seconds=1)
        unit.execute(sa.update(jobs).where(jobs.c.id == job.id).values(leased_until=at))


def test_a_job_is_run_and_its_result_kept(store):
    job = ask(store, COUNTING, {"to": 3})
    done = Worker(store, [COUNTING]).run_once()
    assert (done.id, done.state, done.result) == (job.id, "done", {"counted": 3})
    assert (done.attempts, done.leased_until) == (1, None)
    assert Worker(store, [COUNTING]).run_once() is None


def test_the_last_step_is_kept_as_a_sentence_that_can_be_translated(store):
    ask(store, COUNTING, {"to": 3})
    step = Worker(store, [COUNTING], told_every=SOON).run_once().step
    assert (str(step.label), step.done, step.total, step.share) == ("Counted to 3", 3, 3, 1.0)
    assert step.label.worded({"Counted to {n}": "已数到 {n}"}.__getitem__) == "已数到 3"


def test_steps_that_come_fast_are_written_rarely(store):
    written = []

    def run(_params, context):
        for number in range(100):
            context.progress(Step(message("Counting"), number, 100))
            written.append(look(store, job).step.done)

    with frozen(MONDAY):
        job = ask(store, kind(run), {"to": 0})
        Worker(store, [kind(run)]).run_once()
    assert set(written) == {0}


def test_a_worker_takes_only_the_kinds_it_knows(store):
    ask(store, COUNTING, {"to": 1})
    assert Worker(store, []).run_once() is None


def test_a_job_is_not_begun_before_its_time(store):
    with frozen(MONDAY):
        ask(store, COUNTING, {"to": 1}, scheduled_for=MONDAY + timedelta(hours=1))
        assert Worker(store, [COUNTING]).run_once() is None
    with frozen(MONDAY + timedelta(hours=1)):
        assert Worker(store, [COUNTING]).run_once().state == "done"


def test_a_job_that_fails_is_tried_again_after_its_backoff_and_then_given_up(store):
    def run(_params, _context):
        raise OutOfSpaceError("The disk of {what} is full.", what="the lake")

    failing = kind(run, max_attempts=2, backoff=Backoff(timedelta(seconds=10)))
    worker = Worker(store, [failing])
    with frozen(MONDAY):
        ask(store, failing, {"to": 1})
        once = worker.run_once()
        assert (once.state, once.attempts) == ("queued", 1)
        assert once.scheduled_for == MONDAY + timedelta(seconds=10)
        assert str(once.error) == "The disk of the lake is full."
        assert worker.run_once() is None
    with frozen(MONDAY + timedelta(seconds=10)):
        twice = worker.run_once()
    assert (twice.state, twice.attempts, twice.is_over) == ("failed", 2, True)


def test_a_job_waits_for_whoever_holds_the_lake_without_counting_an_attempt(store):
    """However long an import at the command line took, a build from the web must not fail of it."""

    def run(_params, _context):
        raise BusyError("The lake is busy with {what}.", what="an import")

    of = kind(run, max_attempts=2)
    with frozen(MONDAY):
        job = ask(store, of, {"to": 1})
    for turn in range(5):
        with frozen(MONDAY + timedelta(minutes=turn)):
            Worker(store, [of]).run_once()
    waiting = look(store, job)
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    assert str(waiting.error) == "The lake is busy with an import."
    with frozen(MONDAY + timedelta(minutes=9)):
        assert Worker(store, [COUNTING]).run_once().state == "done"


def test_bad_input_fails_at_once_because_trying_again_does_not_help(store):
    def run(_params, _context):
        raise BadInputError("{file} is empty.", file="orders.csv")

    ask(store, kind(run), {"to": 1})
    failed = Worker(store, [kind(run)]).run_once()
    assert (failed.state, failed.attempts, str(failed.error)) == (
        "failed",
        1,
        "orders.csv is empty.",
    )


def test_an_unexpected_error_is_named_with_a_way_on(store):
    def run(_params, _context):
        return 1 / 0

    ask(store, kind(run), {"to": 1})
    failed = Worker(store, [kind(run, max_attempts=1)]).run_once()
    assert str(failed.error) == (
        "An unexpected error stopped this job: ZeroDivisionError: division by zero. "
        "The worker's log has the details."
    )


def test_a_database_error_is_told_without_what_was_being_written(store, caplog):
    """It once stood in the job, on its page and in the log with the statement and its values."""

    row = {"name": "anna@x.org", "position": 1}

    def run(_params, context):
        with context.store.writing() as unit:
            for _ in range(2):
                unit.execute(sa.insert(effects), row)

    ask(store, kind(run, max_attempts=1), {"to": 1})
    with caplog.at_level("INFO"):
        failed = Worker(store, [kind(run, max_attempts=1)]).run_once()
    assert "IntegrityError" in str(failed.error)
    assert "anna@x.org" not in str(failed.error)
    assert "INSERT" not in str(failed.error)
    assert "failed" in caplog.text
    assert "anna@x.org" not in caplog.text


def test_a_worker_tells_when_it_takes_a_job_and_how_it_ended(store, caplog):
    job = ask(store, COUNTING, {"to": 1})
    with caplog.at_level("INFO", logger="valence.jobs"):
        Worker(store, [COUNTING]).run_once()
    began, done = [record.getMessage() for record in caplog.records]
    assert began == f"counting: begun, attempt 1 (job {job.id})."
    assert done.startswith("counting: done in ")


def test_a_result_that_json_cannot_say_is_a_failure(store):
    def run(_params, _context):
        return {"share": float("nan")}

    ask(store, kind(run), {"to": 1})
    failed = Worker(store, [kind(run)]).run_once()
    assert "result of the job counting cannot be kept as JSON" in str(failed.error)


def test_a_failed_job_that_is_tried_again_goes_on_from_its_checkpoint(store):
    def run(params, context):
        if context.attempt == 1 and context.state is None:
            context.checkpoint({"rows": 10})
            raise BadInputError("The file is cut off.")
        return context.state

    ask(store, kind(run), {"to": 1})
    worker = Worker(store, [kind(run)])
    failed = worker.run_once()
    with store.writing() as unit:
        retry(unit, failed.id, actor="ann")
    done = worker.run_once()
    assert (done.state, done.result, done.error) == ("done", {"rows": 10}, None)


def test_a_running_job_stops_at_its_next_step_when_it_is_cancelled(store):
    reached = []

    def run(_params, context):
        for number in range(3):
            context.progress(Step(message("Step {n}", n=number), number))
            reached.append(number)
            with store.writing() as unit:
                cancel(unit, context.job_id, actor="bob")

    ask(store, kind(run), {"to": 1})
    stopped = Worker(store, [kind(run)], told_every=SOON).run_once()
    assert (stopped.state, stopped.cancel_asked_by, reached) == ("cancelled", "bob", [0])


def test_a_job_that_fails_after_it_was_cancelled_is_not_tried_again(store):
    def run(_params, context):
        with store.writing() as unit:
            cancel(unit, context.job_id, actor="bob")
        raise BusyError("The lake is busy.")

    ask(store, kind(run), {"to": 1})
    assert Worker(store, [kind(run)]).run_once().state == "cancelled"


def test_a_worker_that_shuts_down_gives_its_job_back_without_counting_the_attempt(store):
    stop = threading.Event()

    def run(params, context):
        context.checkpoint("half")
        stop.set()
        context.progress(Step(message("Going on")))

    ask(store, kind(run), {"to": 1})
    given_back = Worker(store, [kind(run)]).run_once(stop)
    assert (given_back.state, given_back.attempts) == ("queued", 0)
    assert given_back.checkpoint == "half"


def test_progress_within_a_unit_of_work_does_not_wait_for_it(store):
    def run(_params, context):
        with store.writing():
            context.progress(Step(message("Writing")))

    ask(store, kind(run), {"to": 1})
    assert Worker(store, [kind(run)]).run_once().state == "done"


def test_jobs_of_one_concurrency_key_run_one_at_a_time_and_in_order(store):
    inside, overlaps, order = threading.Semaphore(1), [], []

    def run(params, _context):
        overlaps.append(not inside.acquire(blocking=False))
        order.append(params.to)
        inside.release()

    alone = kind(run, one_at_a_time=lambda _params: "lake")
    for number in range(12):
        ask(store, alone, {"to": number})
    run_all(store, alone, workers=4)
    assert order == list(range(12))
    assert not any(overlaps)


def test_a_job_waits_while_another_of_its_key_runs(store):
    taken = []

    def run(_params, _context):
        taken.append(Worker(store, [alone]).run_once())

    alone = kind(run, one_at_a_time=lambda _params: "lake")
    ask(store, alone, {"to": 1})
    ask(store, alone, {"to": 2})
    Worker(store, [alone]).run_once()
    assert taken == [None]


def run_all(store, of, *, workers):
    def until_empty():
        worker = Worker(store, [of])
        while unfinished(store):
            worker.run_once()

    with ThreadPoolExecutor(workers) as threads:
        for task in [threads.submit(until_empty) for _ in range(workers)]:
            task.result()


def unfinished(store):
    with store.reading() as view:
        return listing(view, states=["queued", "running"], limit=1)


def test_every_job_is_run_once_by_many_threads(store):
    ran = []

    def run(params, _context):
        ran.append(params.to)

    with store.writing() as unit:
        for number in range(30):
            enqueue(unit, kind(run), {"to": number}, actor="ann")
    run_all(store, kind(run), workers=4)
    assert sorted(ran) == list(range(30))


def test_a_worker_with_several_threads_runs_jobs_side_by_side(store):
    stop, met = threading.Event(), threading.Barrier(2, timeout=20)

    def run(_params, _context):
        met.wait()
        stop.set()

    for number in range(2):
        ask(store, kind(run), {"to": number})
    Worker(store, [kind(run)], threads=2).run_forever(stop, idle_seconds=0.01)
    with store.reading() as view:
        assert [job.state for job in listing(view)] == ["done", "done"]


def test_a_worker_that_lost_its_lease_can_write_nothing_more(store):
    other = Worker(store, [COUNTING])

    def run(params, context):
        context.checkpoint(1)
        let_the_lease_run_out(store, job)
        other.run_once()
        with store.writing() as unit:
            unit.execute(sa.insert(effects), {"name": "late", "position": 0})
            context.checkpoint(2, unit)

    job = ask(store, kind(run), {"to": 3})
    ended = Worker(store, [kind(run)]).run_once()
    assert (ended.state, ended.attempts, ended.result) == ("done", 2, {"counted": 3})
    with store.reading() as view:
        assert view.scalars(sa.select(effects.c.name).where(effects.c.name == "late")) == []


def test_a_job_whose_workers_keep_dying_is_given_up_and_says_so(store):
    job = ask(store, COUNTING, {"to": 3})
    with store.writing() as unit:
        dying = {"state": "running", "attempts": 3, "leased_by": job.id}
        unit.execute(sa.update(jobs).values(dying | {"leased_until": now() - timedelta(hours=1)}))
    assert Worker(store, [COUNTING]).run_once() is None
    failed = look(store, job)
    assert failed.state == "failed"
    assert "The worker fell silent in the middle of this job, 3 times" in str(failed.error)


def start_worker(url, *, stall):
    root = Path(work.__file__).parents[2]
    command = [sys.executable, "-m", "tests.jobs.work", url, str(stall)]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)


def test_after_kill_9_another_worker_goes_on_from_the_checkpoint_and_nothing_happens_twice(
    store, store_url
):
    job = ask(store, COUNTING, {"to": 6})
    killed = start_worker(store_url, stall=4)
    assert killed.stdout.readline() == "stalled\n"
    killed.kill()
    killed.communicate()
    assert look(store, job).state == "running"
    let_the_lease_run_out(store, job)
    Worker(store, [COUNTING]).run_once()
    ended = look(store, job)
    assert (ended.state, ended.attempts, ended.result) == ("done", 2, {"counted": 6})
    assert counted(store, job) == {0: 1, 1: 1, 2: 1, 3: 1, 4: 2, 5: 2}


def test_several_processes_share_the_jobs_and_run_each_once(store, store_url):
    made = [ask(store, COUNTING, {"to": 2}) for _ in range(12)]
    processes = [start_worker(store_url, stall=0) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    for process in processes:
        process.stdout.close()
    assert [look(store, job).state for job in made] == ["done"] * 12
    assert all(counted(store, job) == {0: 1, 1: 1} for job in made)
    assert not unfinished(store)
