"""One service of the catalogue: proposed, pre-series, referenced, suspended, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.catalogue.domain.criteria import Evidence, check_evidence
from services.catalogue.domain.editor import EditorKind, check_reading
from services.catalogue.domain.errors import NotInThatState
from services.catalogue.domain.finality import Finality
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.kernel.ids import derived_id


class Status(StrEnum):
    """Codes of the production catalogue (ServiceStatusEnum)."""

    PROPOSED = "HORS_LIGNE"
    PRE_SERIES = "PRESERIE"
    REFERENCED = "EN_LIGNE"
    SUSPENDED = "SUSPENDUE"
    WITHDRAWN = "DEREFERENCEE"


OPEN = frozenset({Status.PRE_SERIES, Status.REFERENCED})
"""In these alone a service may be connected and may do anything."""


class ListedService(Aggregate):
    """``version`` of its finalities: what a person agrees to is always of one version.

    A service belongs to no record: its events are sealed by the service's own key.
    """

    TOPIC = "catalogue.service"

    class Event(Aggregate.Event):
        """``oid`` is repeated in each: followers know a service by it."""

        by: dict[str, Any]
        oid: str

    class Created(Event, Aggregate.Created):
        """``description``: what the catalogue shows, as in the contract."""

        TOPIC = "catalogue.service_proposed"
        description: dict[str, Any]
        finalities: list[Finality]

    class Referenced(Event):
        TOPIC = "catalogue.service_referenced"
        pre_series: bool
        evidence: list[Evidence]

        def apply(self, aggregate: "ListedService") -> None:
            aggregate.status = Status.PRE_SERIES if self.pre_series else Status.REFERENCED
            aggregate.evidence = self.evidence

    class Changed(Event):
        """``finalities`` with their version; ``reapprove_before`` when people are asked again.
        ``evidence``: more of it. Version 1 came with none."""

        TOPIC = "catalogue.service_changed"
        class_version = 2
        description: dict[str, Any]
        finalities: list[Finality]
        finalities_version: int
        reapprove_before: datetime | None
        evidence: list[Evidence]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["evidence"] = []

        def apply(self, aggregate: "ListedService") -> None:
            aggregate.evidence = [*aggregate.evidence, *self.evidence]
            aggregate.description = self.description
            aggregate.finalities = self.finalities
            aggregate.finalities_version = self.finalities_version
            if self.reapprove_before:
                aggregate.deadlines[str(self.finalities_version)] = self.reapprove_before

    class Suspended(Event):
        TOPIC = "catalogue.service_suspended"
        reason: str

        def apply(self, aggregate: "ListedService") -> None:
            aggregate.before_suspension = aggregate.status
            aggregate.status = Status.SUSPENDED

    class SuspensionLifted(Event):
        """``status``: what it was before."""

        TOPIC = "catalogue.service_suspension_lifted"
        status: str

        def apply(self, aggregate: "ListedService") -> None:
            aggregate.status = Status(self.status)

    class Withdrawn(Event):
        TOPIC = "catalogue.service_withdrawn"
        reason: str

        def apply(self, aggregate: "ListedService") -> None:
            aggregate.status = Status.WITHDRAWN

    @staticmethod
    def id_of(secret: bytes, oid: str) -> UUID:
        """One stream per OID, so that two services that race for one cannot both have it."""
        return derived_id(secret, "service", oid)

    @classmethod
    def propose(
        cls,
        service_id: UUID,
        oid: str,
        description: dict[str, Any],
        finalities: Sequence[Finality],
        by: Actor,
    ) -> "ListedService":
        check_reading(EditorKind(description["editor"]["kind"]), finalities)
        return cls._create(
            cls.Created,
            id=service_id,
            by=by.to_event(),
            oid=oid,
            description=description,
            finalities=list(finalities),
        )

    def __init__(
        self,
        *,
        by: dict[str, Any],
        oid: str,
        description: dict[str, Any],
        finalities: list[Finality],
    ) -> None:
        self.proposed_by = by
        self.oid = oid
        self.description = description
        self.finalities = finalities
        self.finalities_version = 1
        self.deadlines: dict[str, datetime] = {}
        self.evidence: list[Evidence] = []
        self.status = Status.PROPOSED
        self.before_suspension = Status.PROPOSED

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def deadline_after(self, version: int) -> datetime | None:
        """When an agreement to the finalities of ``version`` ends unless it is given again.

        The first of the later changes counts: a further change does not give more time.
        """
        later = [due for changed, due in self.deadlines.items() if int(changed) > version]
        return min(later, default=None)

    def reference(self, evidence: list[Evidence], *, pre_series: bool, by: Actor) -> None:
        """Into the catalogue, or first for the few people who try it; each time on evidence."""
        self._must_be(Status.PROPOSED, Status.PRE_SERIES)
        if pre_series and self.status is Status.PRE_SERIES:
            raise NotInThatState("the service is in pre-series already")
        check_evidence(evidence, medical_device=self.description["medical_device"])
        self._trigger(self.Referenced, by, pre_series=pre_series, evidence=evidence)

    def change(
        self,
        description: dict[str, Any],
        finalities: Sequence[Finality],
        *,
        reapprove_before: datetime | None,
        earliest: datetime,
        evidence: Sequence[Evidence],
        by: Actor,
    ) -> None:
        """Other finalities, or other words for them, ask everybody again before a date. Once it was
        in the catalogue, each criterion stays shown.

        ``earliest`` that date may be: people need the time to answer.
        """
        self._must_be(*(set(Status) - {Status.WITHDRAWN}))
        if self.status is not Status.PROPOSED:
            shown = [*self.evidence, *evidence]
            check_evidence(shown, medical_device=description["medical_device"])
        check_reading(EditorKind(description["editor"]["kind"]), finalities)
        asks = list(finalities) != self.finalities
        heard = asks and self.status is not Status.PROPOSED
        if heard and (reapprove_before is None or reapprove_before < earliest):
            raise InvalidRequest(
                fields={"reapprove_before": f"finalities change: {earliest.isoformat()} or later"}
            )
        if not heard and reapprove_before is not None:
            raise InvalidRequest(fields={"reapprove_before": "nobody has anything to approve"})
        self._trigger(
            self.Changed,
            by,
            description=description,
            finalities=list(finalities),
            finalities_version=self.finalities_version + asks,
            reapprove_before=reapprove_before,
            evidence=list(evidence),
        )

    def suspend(self, reason: str, by: Actor) -> None:
        """It can do nothing from now on; people may still disconnect it."""
        self._must_be(*OPEN)
        self._trigger(self.Suspended, by, reason=reason)

    def lift_suspension(self, by: Actor) -> None:
        self._must_be(Status.SUSPENDED)
        self._trigger(self.SuspensionLifted, by, status=self.before_suspension.value)

    def withdraw(self, reason: str, by: Actor) -> None:
        """For ever; what people allowed it ends with it."""
        self._must_be(*(set(Status) - {Status.WITHDRAWN}))
        self._trigger(self.Withdrawn, by, reason=reason)

    def _must_be(self, *allowed: Status) -> None:
        if self.status not in allowed:
            raise NotInThatState(f"the service is {self.status.name.lower()}")

    def _trigger(self, kind: type[Event], by: Actor, **fields: Any) -> None:
        self.trigger_event(kind, by=by.to_event(), oid=self.oid, **fields)
