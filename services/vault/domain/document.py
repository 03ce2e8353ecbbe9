"""A document of a record: what is said of it, where its content lies, who it is hidden from."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.vault.domain.attributes import attributes
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.visibility import masked, unmasked
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict


class Status(StrEnum):
    """XDS availabilityStatus, without its URN."""

    APPROVED = "Approved"
    DEPRECATED = "Deprecated"


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


class Document(Aggregate):
    """Methods decide and may refuse; events only evolve."""

    TOPIC = "vault.document"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        """``metadata`` and ``content``: :class:`Metadata` and :class:`Content` as plain data.
        ``decision_id``: the access decision that let the depositor feed this record."""

        TOPIC = "vault.document_deposited"
        logical_id: UUID
        metadata: dict[str, Any]
        content: dict[str, Any]
        confidentiality: list[str]
        replaces: UUID | None
        decision_id: UUID

    class Replaced(Event):
        TOPIC = "vault.document_replaced"
        replaced_by: UUID
        confidentiality: list[str]

        def apply(self, document: "Document") -> None:
            document.status = Status.DEPRECATED
            document.replaced_by = self.replaced_by

    class Masked(Event):
        TOPIC = "vault.document_masked"
        confidentiality: list[str]
        decision_id: UUID

        def apply(self, document: "Document") -> None:
            document.confidentiality = tuple(self.confidentiality)

    class Unmasked(Event):
        TOPIC = "vault.document_unmasked"
        confidentiality: list[str]
        decision_id: UUID

        def apply(self, document: "Document") -> None:
            document.confidentiality = tuple(self.confidentiality)

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
    ) -> None:
        self.record_id = record_id
        self.deposited_by = by
        self.fed_on_decision = decision_id
        self.logical_id = logical_id
        self.metadata = Metadata.from_event(metadata)
        self.content = Content(**content)
        self.confidentiality = tuple(confidentiality)
        self.replaces = replaces
        self.replaced_by: UUID | None = None
        self.status = Status.APPROVED

    @classmethod
    def deposit(
        cls,
        document_id: UUID,
        *,
        record_id: UUID,
        logical_id: UUID,
        metadata: Metadata,
        content: Content,
        confidentiality: tuple[str, ...],
        decision_id: UUID,
        replaces: "Document | None",
        by: Actor,
    ) -> "Document":
        return cls._create(
            cls.Created,
            id=document_id,
            record_id=record_id,
            by=by.to_event(),
            logical_id=logical_id,
            metadata=metadata.to_event(),
            content={k: v for k, v in asdict(content).items() if v is not None},
            confidentiality=list(confidentiality),
            replaces=replaces.id if replaces else None,
            decision_id=decision_id,
        )

    def replace(self, replaced_by: UUID, by: Actor) -> None:
        """Another version takes its place. Raises :class:`Conflict` if one already has."""
        if self.status is not Status.APPROVED:
            raise Conflict("This version has been replaced already.")
        self.trigger_event(
            self.Replaced,
            record_id=self.record_id,
            by=by.to_event(),
            replaced_by=replaced_by,
            confidentiality=list(self.confidentiality),
        )

    def mask(self, decision_id: UUID, by: Actor, *, allow_cumulation: bool) -> None:
        """Hide from professionals; nothing happens if it is hidden already (CSP R.1111-49)."""
        codes = masked(self.confidentiality, allow_cumulation=allow_cumulation)
        if codes != self.confidentiality:
            self._change(self.Masked, codes, decision_id, by)

    def unmask(self, decision_id: UUID, by: Actor) -> None:
        """Let professionals see it again; nothing happens if they do."""
        codes = unmasked(self.confidentiality)
        if codes != self.confidentiality:
            self._change(self.Unmasked, codes, decision_id, by)

    def _change(
        self, kind: type[Any], codes: tuple[str, ...], decision_id: UUID, by: Actor
    ) -> None:
        self.trigger_event(
            kind,
            record_id=self.record_id,
            by=by.to_event(),
            confidentiality=list(codes),
            decision_id=decision_id,
        )

    @property
    def origin(self) -> Origin:
        return Origin.of(self.metadata, self.deposited_by)

    def attributes(self, by: Actor) -> dict[str, Any]:
        """For ``access`` to decide on."""
        return attributes(self.metadata, self.origin, self.confidentiality, self.status, by)
