"""A document of a record: what is said of it, where its content lies, who it is hidden from.

What happened to it; what may is decided in ``life``.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.vault.domain import document_events as events
from services.vault.domain.attributes import attributes
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.states import Status
from services.vault.domain.visibility import HIDDEN_FROM_PATIENT, hidden_by
from shared.kernel.actor import Actor
from shared.kernel.ids import named_id


@dataclass(frozen=True, kw_only=True)
class Content:
    """``object``: opaque key in object storage. ``sealed_sha256`` is of what lies there, so that
    it can be proven untouched without its key; ``sha256`` of what was deposited.

    ``enclosed``: media type of the file a level 1 CDA wraps; ``level``: 1 or 3 for a CDA.
    """

    object: str
    sealed_sha256: str
    sealed_size: int
    sha256: str
    size: int
    media_type: str
    enclosed: str | None = None
    level: int | None = None

    def to_event(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def entry_uuid(document_id: UUID, version: int) -> UUID:
    """XDS entryUUID: names one version of the metadata, by the event that made it."""
    return named_id(document_id, str(version))


class Document(Aggregate):
    TOPIC = "vault.document"

    Event = events.DocumentEvent
    Created = events.Created
    Held = events.Held
    DepositedAgain = events.DepositedAgain
    DepositWithdrawn = events.DepositWithdrawn
    Released = events.Released
    Discarded = events.Discarded
    Replaced = events.Replaced
    Masked = events.Masked
    Unmasked = events.Unmasked
    RevealedToPatient = events.RevealedToPatient
    RevealedToRepresentatives = events.RevealedToRepresentatives
    HiddenNoticeSent = events.HiddenNoticeSent
    Archived = events.Archived
    Unarchived = events.Unarchived
    Deleted = events.Deleted
    Reported = events.Reported
    Reclassified = events.Reclassified

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        logical_id: UUID,
        metadata: dict[str, Any],
        content: dict[str, Any],
        confidentiality: list[str],
        replaces: UUID | None,
        decision_id: UUID,
        submission_set: UUID | None,
        hidden_since: datetime | None,
        cover: list[str],
    ) -> None:
        self.record_id = record_id
        self.deposited_by = by
        self.also_deposited_by: tuple[dict[str, Any], ...] = ()
        self.fed_on_decision = decision_id
        self.submission_set = submission_set
        self.submitted_on = self.created_on
        self.logical_id = logical_id
        self.metadata = Metadata.from_event(metadata)
        self.metadata_version = Aggregate.INITIAL_VERSION
        self.content = Content(**content)
        self.hide(confidentiality, cover)
        self.count_from(hidden_since)
        self.hidden_notice_sent = False
        self.replaces = replaces
        self.replaced_by: UUID | None = None
        self.copies_to: tuple[str, ...] = ()
        self.reported = False
        self.status = Status.APPROVED

    def hide(self, told: Iterable[str], cover: Iterable[str]) -> None:
        """``told``: the codes that those are told of who put it in; ``confidentiality``: those that
        hide it from all others."""
        self.told, self.cover = tuple(told), tuple(cover)
        self.confidentiality = hidden_by(told, cover)

    def count_from(self, hidden_since: datetime | None) -> None:
        """``told_hidden_since``: as those count who put it in."""
        self.hidden_since = hidden_since
        self.told_hidden_since = hidden_since if HIDDEN_FROM_PATIENT in self.told else None

    def shown_to(self, by: Actor) -> tuple[str, ...]:
        """The codes that this reader is told of."""
        return self.told if self.origin.was_put_in_by(by) else self.confidentiality

    @property
    def entry_uuid(self) -> UUID:
        return entry_uuid(self.id, self.metadata_version)

    @property
    def origin(self) -> Origin:
        put_in = (self.deposited_by, *self.also_deposited_by)
        return Origin.of(self.metadata, *put_in).kept_in(self.record_id)

    @property
    def first_origin(self) -> Origin:
        """Without those who deposited it again."""
        return Origin.of(self.metadata, self.deposited_by).kept_in(self.record_id)

    def attributes(self, by: Actor) -> dict[str, Any]:
        """For ``access`` to decide on."""
        return attributes(self.metadata.kind, self.origin, self.confidentiality, self.status, by)
