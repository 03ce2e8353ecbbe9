"""Acts as a service tells them, for what looks over many."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.audit.domain.told import Told
from tests.support.published import published

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""A Monday, ten in the morning in France."""
DOCTOR = {
    "kind": "professional",
    "id": "810000000001",
    "profession": "10",
    "facility": "1750000001",
}


OWN, RELATIVE = uuid4(), uuid4()
"""Records."""


class Likeness:
    """The doctor is the person of one record, and has the family name of another."""

    def is_own(self, professional: str, record: UUID) -> bool:
        return professional == DOCTOR["id"] and record == OWN

    def same_family(self, professional: str, record: UUID) -> bool:
        return professional == DOCTOR["id"] and record in {OWN, RELATIVE}


class Teller:
    """Each act a minute after the one before, unless a time is given."""

    def __init__(self) -> None:
        self.at = START
        self._position = 0

    def tell(
        self,
        type_: str,
        *,
        by: dict[str, Any] | None = None,
        record: UUID | None = None,
        at: datetime | None = None,
        **data: Any,
    ) -> Told:
        self.at = at or self.at + timedelta(minutes=1)
        self._position += 1
        return Told(
            service=type_.partition(".")[0],
            epoch="e1",
            position=self._position,
            at=self.at,
            type=type_,
            record=record,
            data=published(
                type_, record_id=str(record) if record else None, by=by or DOCTOR, **data
            ),
        )

    def decided(self, *, permit: bool = True, right: str = "care_team", **given: Any) -> Told:
        said = {"record": uuid4(), "via": "vault", "kind": "document", "listing": False}
        said |= {"action": "read", "scope": None}
        return self.tell(
            "access.access_decided",
            permit=permit,
            mode="normal",
            right=right,
            decision_id=str(uuid4()),
            **{**said, **given},
        )

    def listed(self, **given: Any) -> Told:
        """As ``access`` tells of a list: ``permit`` is said of one thing alone."""
        return self.decided(permit=False, right="listing", listing=True, **given)
