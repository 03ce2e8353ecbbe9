"""That someone read a journal, and that a mandate was used: the log watches its readers too."""

from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate

from shared.kernel.actor import Actor


class JournalReading(Aggregate):
    """One page read; a stream of its own, so that readers do not contend."""

    TOPIC = "audit.journal_reading"

    class Created(Aggregate.Created):
        """``filters``: what was asked for, by name. ``shown``: how many lines the page had.
        ``decision_id``: the access decision that let the reader in."""

        TOPIC = "audit.journal_read"
        record_id: UUID
        by: dict[str, Any]
        scope: str
        filters: dict[str, str]
        shown: int
        decision_id: UUID

    @classmethod
    def of(
        cls,
        record_id: UUID,
        *,
        by: Actor,
        scope: str,
        filters: dict[str, str],
        shown: int,
        decision_id: UUID,
    ) -> "JournalReading":
        return cls._create(
            cls.Created,
            id=uuid4(),
            record_id=record_id,
            by=by.to_event(),
            scope=scope,
            filters=filters,
            shown=shown,
            decision_id=decision_id,
        )

    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        scope: str,
        filters: dict[str, str],
        shown: int,
        decision_id: UUID,
    ) -> None:
        self.record_id = record_id
        self.by = by
        self.scope = scope
        self.filters = filters
        self.shown = shown
        self.decision_id = decision_id


class WideUse(Aggregate):
    """An auditor looked over many records at once: of no record, so it is sealed by none."""

    TOPIC = "audit.wide_use"

    class Created(Aggregate.Created):
        TOPIC = "audit.mandate_used_widely"
        by: dict[str, Any]
        mandate: str
        purpose: str

    @classmethod
    def of(cls, *, by: Actor, mandate: str, purpose: str) -> "WideUse":
        return cls._create(
            cls.Created, id=uuid4(), by=by.to_event(), mandate=mandate, purpose=purpose
        )

    def __init__(self, *, by: dict[str, Any], mandate: str, purpose: str) -> None:
        self.by = by
        self.mandate = mandate
        self.purpose = purpose


class MandateUse(Aggregate):
    """An auditor acted under a mandate on one record."""

    TOPIC = "audit.mandate_use"

    class Created(Aggregate.Created):
        TOPIC = "audit.audit_mandate_used"
        record_id: UUID
        by: dict[str, Any]
        mandate: str
        purpose: str

    @classmethod
    def of(cls, record_id: UUID, *, by: Actor, mandate: str, purpose: str) -> "MandateUse":
        return cls._create(
            cls.Created,
            id=uuid4(),
            record_id=record_id,
            by=by.to_event(),
            mandate=mandate,
            purpose=purpose,
        )

    def __init__(self, *, record_id: UUID, by: dict[str, Any], mandate: str, purpose: str) -> None:
        self.record_id = record_id
        self.by = by
        self.mandate = mandate
        self.purpose = purpose
