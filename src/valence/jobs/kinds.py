"""Kinds of jobs: what each does, with which parameters, and who may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.core.registry import Registry
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


class Kinds(Registry[JobKind[Any]]):
    """The kinds of jobs that an application knows, by name."""

    unknown = message("There is no kind of job {name!r}. {fix}")
