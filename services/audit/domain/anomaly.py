"""Something about the log that must not be: told to operators, and logged itself."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate


class AnomalyKind(StrEnum):
    HOLE = "hole"
    """A service's own log does not give what follows the last event we know of."""
    EPOCH_RENEWED = "epoch_renewed"
    """A service's log was restored or promoted; events it had told of may be gone."""
    FORK = "fork"
    """What would be signed does not continue what was signed or published."""


class Anomaly(Aggregate):
    """One stream per anomaly, so that finding it again says nothing new."""

    TOPIC = "audit.anomaly"

    class Created(Aggregate.Created):
        """``position``: the last one of that service known good. ``lost``: how many events the
        log holds that the service no longer has."""

        TOPIC = "audit.anomaly_raised"
        by: dict[str, Any]
        kind: str
        service: str
        epoch: str
        position: int
        lost: int

    @classmethod
    def of(
        cls,
        anomaly_id: UUID,
        kind: AnomalyKind,
        *,
        service: str,
        epoch: str,
        position: int,
        lost: int = 0,
    ) -> "Anomaly":
        return cls._create(
            cls.Created,
            id=anomaly_id,
            by={"kind": "service", "id": "audit"},
            kind=kind.value,
            service=service,
            epoch=epoch,
            position=position,
            lost=lost,
        )

    def __init__(
        self, *, by: dict[str, Any], kind: str, service: str, epoch: str, position: int, lost: int
    ) -> None:
        self.by = by
        self.kind = kind
        self.service = service
        self.epoch = epoch
        self.position = position
        self.lost = lost
