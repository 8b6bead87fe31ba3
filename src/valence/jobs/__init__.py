"""Durable work with progress: asked for in a transaction, done once, resumed after a crash."""

from valence.jobs.context import Context, JobCancelledError, JobStoppedError
from valence.jobs.job import Job
from valence.jobs.kinds import JobKind, Kinds
from valence.jobs.queue import by_key, cancel, counts, enqueue, find, listing, prune, retry
from valence.jobs.worker import Worker

__all__ = [
    "Context",
    "Job",
    "JobCancelledError",
    "JobKind",
    "JobStoppedError",
    "Kinds",
    "Worker",
    "by_key",
    "cancel",
    "counts",
    "enqueue",
    "find",
    "listing",
    "prune",
    "retry",
]
