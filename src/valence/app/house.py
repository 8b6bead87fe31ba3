"""The whole house on one brand: every capability's marts built, every job kind at work."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from valence.app.capabilities import CAPABILITIES
from valence.core.clock import now
from valence.core.progress import Progress, silent
from valence.definitions.kinds import DefinitionKinds
from valence.definitions.versions import definition_at
from valence.jobs.kinds import JobKind
from valence.kit.capability import Capability, loaded
from valence.kit.opened import OpenBrand

_log = logging.getLogger(__name__)

if TYPE_CHECKING:  # each is loaded when it is first needed: of the marts, Ibis and the engines
    from valence.lake.build import Ask
    from valence.lake.lake import Lake
    from valence.lake.marts import BuildContext, Mart
    from valence.lake.plan import Planned
    from valence.lake.runs import Run
    from valence.store.delivery import Subscriber


@dataclass
class WholeHouse(OpenBrand):
    """An opened brand that knows all capabilities: it can build."""

    capabilities: Sequence[Capability] = field(default=CAPABILITIES)

    @cached_property
    def marts(self) -> list[Mart]:
        """Every mart that a capability declares."""
        return [mart for capability in self.capabilities for mart in loaded(capability.marts)]

    @cached_property
    def lake(self) -> Lake:
        """The lake, with the declared columns of every mart."""
        from valence.lake.lake import Lake  # noqa: PLC0415

        return Lake.of(self.brand, {mart.name: mart.columns for mart in self.marts})

    @cached_property
    def definition_kinds(self) -> DefinitionKinds:
        """Every kind of definition that a capability declares."""
        named = [capability.definition_kinds for capability in self.capabilities]
        return DefinitionKinds(kind for name in named for kind in loaded(name))

    @property
    def job_kinds(self) -> list[JobKind[Any]]:
        """Every kind of job that a capability declares."""
        named = [capability.job_kinds for capability in self.capabilities if capability.job_kinds]
        return [kind for name in named for kind in loaded(name)(self)]

    @property
    def subscribers(self) -> list[Subscriber]:
        """Everyone whom the outbox delivers to."""
        named = [each.subscribers for each in self.capabilities if each.subscribers]
        return [subscriber for name in named for subscriber in loaded(name)(self)]

    def chores(self) -> None:
        """Do what a worker does at its start and now and then, such as healing after a crash."""
        for capability in self.capabilities:
            for chore in loaded(capability.chores):
                chore(self)

    def context(self, as_of: date) -> BuildContext:
        """What marts may know: settings, and the definitions published for that day."""
        from valence.lake.marts import BuildContext  # noqa: PLC0415

        settings = self.brand.settings
        return BuildContext(
            as_of=as_of,
            currency=settings.brand.currency,
            margin_rate=settings.value.margin_rate,
            definitions=self.published_definitions(),
            zone=settings.brand.timezone,
        )

    def published_definitions(self) -> dict[str, Mapping[str, Any]]:
        """The definitions of which a brand has one each, as they are in force now.

        The day that the marts stand for may lie years before the day somebody changed how scores
        are cut; what they set is how they want to look at it.
        """
        kinds = [kind.name for kind in self.definition_kinds if kind.singleton]
        with self.store.reading() as view:
            found = {name: definition_at(view, name, name, now()) for name in kinds}
        return {name: version.document for name, version in found.items() if version is not None}

    def build(self, ask: Ask | None = None, progress: Progress = silent) -> Run:
        """Bring all marts up to date (see `valence.lake.build.build`)."""
        from valence.lake.build import build  # noqa: PLC0415

        run = build(self.lake, self.marts, self.context, ask=ask or self.ask, progress=progress)
        self._built()
        return run

    def _built(self) -> None:
        """Tell whoever acts on new figures; what fails is done again by the worker's chores."""
        for capability in self.capabilities:
            for act in loaded(capability.after_build):
                try:
                    act(self)
                except Exception:  # noqa: BLE001 - the figures are published
                    _log.exception(
                        "The build is done; what %s does with it waits.", capability.name
                    )

    def explain(self, ask: Ask | None = None) -> list[Planned]:
        """Say what a build would do now, and why."""
        from valence.lake.build import explain  # noqa: PLC0415

        return explain(self.lake, self.marts, self.context, ask=ask or self.ask)

    @property
    def ask(self) -> Ask:
        """An ordinary build by the engine of the settings."""
        from valence.lake.build import Ask  # noqa: PLC0415

        return Ask(engine=self.brand.settings.lake.engine)
