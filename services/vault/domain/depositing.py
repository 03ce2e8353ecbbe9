"""Putting documents into a record: all of a lot, or none of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from services.vault.domain.attributes import attributes
from services.vault.domain.completion import Rules
from services.vault.domain.document import Content, Document, Status
from services.vault.domain.metadata import Statement
from services.vault.domain.origin import Origin
from services.vault.domain.people import People
from services.vault.domain.ports import Contents
from services.vault.domain.taking import Limits, Taken, take
from services.vault.domain.visibility import visibility_at_deposit
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, Refusal
from shared.kernel.gate import GENERIC_FR, Gate
from shared.kernel.ids import derived_id

UNKNOWN_PARENT = "replaced document unknown here"


@dataclass(frozen=True, kw_only=True, repr=False)
class Offer:
    """A document offered. ``replaces``: the version it is to take the place of."""

    data: bytes
    given: Statement
    declared: str | None = None
    replaces: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to: a record, or an INS (value, OID); neither when a CDA says whose it is."""

    record_id: UUID | None = None
    ins: tuple[str, str | None] | None = None


@dataclass(frozen=True, kw_only=True)
class Placed:
    """``duplicate_of``: told only to who may see the original."""

    document_id: UUID
    logical_id: UUID
    record_id: UUID
    duplicate_of: UUID | None = None
    replaced: UUID | None = None
    warnings: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Lot:
    """What is to be saved. ``objects``: put in object storage on the way."""

    placed: list[Placed] = field(default_factory=list)
    changed: dict[UUID, Document] = field(default_factory=dict)
    objects: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class DepositRules:
    limits: Limits
    metadata: Rules
    allow_cumulation: bool


class Depositing:
    """``find``: the document of an id as the log has it. ``secret``: of keyed ids."""

    def __init__(
        self,
        *,
        people: People,
        gate: Gate,
        contents: Contents,
        rules: DepositRules,
        find: Callable[[UUID], Document | None],
        secret: Callable[[], bytes],
    ) -> None:
        self._people = people
        self._gate = gate
        self._contents = contents
        self._rules = rules
        self._find = find
        self._secret = secret

    def put(
        self, offers: Sequence[Offer], place: Place, by: Actor, *, numbered: bool = False
    ) -> Lot:
        """Raises refusals, with the number of the document before each field if ``numbered``;
        what was stored on the way to one is removed."""
        lot = Lot()
        try:
            taken = []
            for number, offer in enumerate(offers):
                with _of_document(number if numbered else None):
                    taken.append(self._take(offer, by))
            record_id = self._record(place, taken, by)
            for number, (offer, document) in enumerate(zip(offers, taken, strict=True)):
                with _of_document(number if numbered else None):
                    lot.placed.append(self._put(lot, record_id, offer, document, by))
        except Refusal:
            self._contents.remove(lot.objects)
            raise
        return lot

    def _take(self, offer: Offer, by: Actor) -> Taken:
        return take(
            offer.data,
            offer.given,
            declared=offer.declared,
            by_person=by.principal.acts_for_person,
            limits=self._rules.limits,
            rules=self._rules.metadata,
        )

    def _record(self, place: Place, taken: Sequence[Taken], by: Actor) -> UUID:
        if place.record_id and place.ins:
            raise InvalidRequest(fields={"ins": "not together with record_id"})
        if place.record_id:
            return place.record_id
        if place.ins:
            return self._people.record_of(*place.ins, by)
        return self._people.record_of_patients([t.patient for t in taken if t.patient], by)

    def _put(self, lot: Lot, record_id: UUID, offer: Offer, taken: Taken, by: Actor) -> Placed:
        origin = Origin.of(taken.metadata, by.to_event())
        asked = attributes(taken.metadata, origin, taken.confidentiality, Status.APPROVED.value, by)
        decision = self._gate.require(record_id, "feed", asked, by)
        if taken.patient:
            self._people.require_person_of(record_id, taken.patient, by)
        document_id, original = self._same(lot, record_id, taken, by)
        if original:
            return self._duplicate(original, by)
        former, warnings = self._former(lot, record_id, offer, taken, by)
        visibility = self._visibility(taken, former, by)
        if former:
            former.replace(document_id, by)
            lot.changed[former.id] = former
        document = Document.deposit(
            document_id,
            record_id=record_id,
            logical_id=derived_id(self._secret(), "logical", str(document_id)),
            metadata=taken.metadata,
            content=self._stored(lot, record_id, document_id, taken),
            confidentiality=visibility,
            decision_id=decision.decision_id,
            replaces=former,
            by=by,
        )
        lot.changed[document_id] = document
        return Placed(
            document_id=document_id,
            logical_id=document.logical_id,
            record_id=record_id,
            replaced=former.id if former else None,
            warnings=warnings,
        )

    def _same(
        self, lot: Lot, record_id: UUID, taken: Taken, by: Actor
    ) -> tuple[UUID, Document | None]:
        """The id this document has in this record, and the document if it is there already.

        The producer's identifier names it (XDS uniqueId), so the same one with other bytes is
        refused (IHE: non-identical hash). To a depositor who may not see the original that
        refusal would tell of it: theirs is kept as a document of its own.
        """
        unique_id = taken.metadata.unique_id
        document_id = self.document_id(record_id, unique_id)
        original = self._known(lot, document_id)
        if original is None or original.content.sha256 == taken.sha256:
            return document_id, original
        if self._may_see(original, by):
            raise Conflict(
                "This identifier already names another document of this record.",
                fields={"content.unique_id": "names a document with another content"},
            )
        document_id = self.document_id(record_id, unique_id, taken.sha256)
        return document_id, self._known(lot, document_id)

    def document_id(self, record_id: UUID, *parts: str) -> UUID:
        return derived_id(self._secret(), "document", str(record_id), *parts)

    def _known(self, lot: Lot, document_id: UUID) -> Document | None:
        return lot.changed.get(document_id) or self._find(document_id)

    def _may_see(self, document: Document, by: Actor) -> bool:
        if document.origin.includes(by):
            return True
        return self._gate.may_read(document.record_id, [document.attributes(by)], by)[0]

    def _duplicate(self, original: Document, by: Actor) -> Placed:
        return Placed(
            document_id=original.id,
            logical_id=original.logical_id,
            record_id=original.record_id,
            duplicate_of=original.id if self._may_see(original, by) else None,
        )

    def _former(
        self, lot: Lot, record_id: UUID, offer: Offer, taken: Taken, by: Actor
    ) -> tuple[Document | None, tuple[str, ...]]:
        """The version replaced: the one asked for, else the one the CDA header names.

        Only its author or the same structure replaces a document. A parent that is not here, or
        not theirs, is told of in the same words.
        """
        if offer.replaces:
            former = self._known(lot, offer.replaces)
            if former is None or former.record_id != record_id or not former.origin.includes(by):
                raise Forbidden(message_fr=GENERIC_FR)
            return former, ()
        if not taken.replaces:
            return None, ()
        for unique_id in taken.replaces:
            former = self._known(lot, self.document_id(record_id, unique_id))
            if former and former.origin.includes(by):
                return former, ()
        return None, (UNKNOWN_PARENT,)

    def _visibility(self, taken: Taken, former: Document | None, by: Actor) -> tuple[str, ...]:
        return visibility_at_deposit(
            taken.confidentiality,
            former=former.confidentiality if former else (),
            by=by,
            allow_cumulation=self._rules.allow_cumulation,
        )

    def _stored(self, lot: Lot, record_id: UUID, document_id: UUID, taken: Taken) -> Content:
        sealed = self._contents.keep(record_id, document_id, taken.data)
        lot.objects.append(sealed.object)
        return Content(
            object=sealed.object,
            sealed_sha256=sealed.sha256,
            sealed_size=sealed.size,
            sha256=taken.sha256,
            size=len(taken.data),
            media_type=taken.media_type,
            enclosed=taken.enclosed,
            level=taken.level,
        )


@contextmanager
def _of_document(number: int | None) -> Iterator[None]:
    """Says which document of a lot a refusal is about."""
    try:
        yield
    except Refusal as refusal:
        if number is not None:
            refusal.fields = {f"documents.{number}.{k}": v for k, v in refusal.fields.items()}
        raise
