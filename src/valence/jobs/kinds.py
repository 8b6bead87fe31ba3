"""Kinds of jobs: what each does, with which parameters, and who may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.core.messages import Message
from valence.jobs.context import Context
from valence.store.backoff import PATIENT, Backoff

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class JobKind(Generic[P]):
    """One kind of durable work.

    `run` does it and returns what JSON can say, kept as the job's result. It calls
    `context.progress` as it goes, which raises when the job is to stop, and
    `context.checkpoint` after each part, so that the next attempt goes on from
    `context.state`. Between two checkpoints it may run again: what it does there must have its
    effect once, by a key or by writing in the unit of the checkpoint.
    """

    name: str  # with its capability: `intake.import`
    title: Message
    permission: str  # `capability:verb`, asked by whoever enqueues
    params_model: type[P]
    run: Callable[[P, Context], Any]
    max_attempts: int = 3
    backoff: Backoff = PATIENT
    one_at_a_time: Callable[[P], str | None] | None = None  # the concurrency key for parameters

    def parsed(self, params: P | Mapping[str, Any]) -> P:
        """Return the parameters as the kind's model.

        Raises
        ------
        BadInputError
            All that is wrong with them.
        """
        if isinstance(params, self.params_model):
            return params
        try:
            return self.params_model.model_validate(params)
        except ValidationError as wrong:
            faults = [
                f"{'.'.join(str(part) for part in error['loc']) or 'params'}: {error['msg']}"
                for error in wrong.errors()
            ]
            raise BadInputError(
                "The parameters of the job {kind} are wrong. {faults}.",
                kind=self.name,
                faults="; ".join(faults),
            ) from wrong


class Kinds:
    """The kinds of jobs that an application knows, by name."""

    def __init__(self, kinds: Iterable[JobKind[Any]]) -> None:
        self._kinds: dict[str, JobKind[Any]] = {}
        for kind in kinds:
            if kind.name in self._kinds:
                raise ValueError(f"two kinds of jobs are named {kind.name!r}")
            self._kinds[kind.name] = kind

    @property
    def names(self) -> list[str]:
        """The names, in order."""
        return sorted(self._kinds)

    def __getitem__(self, name: str) -> JobKind[Any]:
        """Return the kind of this name.

        Raises
        ------
        NotFoundError
            If there is none; the near name is offered.
        """
        if name not in self._kinds:
            raise NotFoundError(
                "There is no kind of job {name!r}. {fix}",
                name=name,
                fix=did_you_mean(name, self._kinds),
            )
        return self._kinds[name]
