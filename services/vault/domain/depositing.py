"""Putting documents into a record: all of a lot, or none of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.vault.domain import life
from services.vault.domain.arrangement import Arrangement
from services.vault.domain.attributes import attributes
from services.vault.domain.completion import BY_THE_PERSON, Rules
from services.vault.domain.content import CDA
from services.vault.domain.cover import UNCOVERED, Cover
from services.vault.domain.document import Content, Document
from services.vault.domain.doubles import Doubles, Known
from services.vault.domain.holding import require_as_hidden, require_releasable
from services.vault.domain.lot import Around, Lot, Offer, Place, Placed
from services.vault.domain.metadata import Author
from services.vault.domain.origin import Origin
from services.vault.domain.people import People
from services.vault.domain.ports import Contents
from services.vault.domain.settling import Settling
from services.vault.domain.states import Status
from services.vault.domain.taking import FIELD, NOT_FROM_A_PERSON, Limits, Taken, take
from services.vault.domain.versions import Versions
from services.vault.domain.visibility import require_possible, visibility_at_deposit
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest, Refusal
from shared.kernel.gate import Decision, Gate
from shared.kernel.ids import derived_id


@dataclass(frozen=True, kw_only=True)
class DepositRules:
    """``max_person_bytes``: of what the person adds; ``None``: as for others.

    ``archive_after``: the time after which a document is archived by itself; ``None``: never.
    """

    limits: Limits
    metadata: Rules
    allow_cumulation: bool
    max_person_bytes: int | None = None
    archive_after: timedelta | None = None

    def limits_of(self, by: Actor) -> Limits:
        if self.max_person_bytes is None or not by.principal.acts_for_person:
            return self.limits
        return replace(self.limits, max_bytes=self.max_person_bytes)


class Depositing:
    """``find``: the document of an id as the log has it. ``secret``: of keyed ids. ``around``:
    the record of an id with what belongs to it; ``arrangement``: the person's, begun if there is
    none."""

    def __init__(
        self,
        *,
        people: People,
        gate: Gate,
        contents: Contents,
        rules: DepositRules,
        find: Callable[[UUID], Document | None],
        secret: Callable[[], bytes],
        around: Callable[[UUID], Around],
        arrangement: Callable[[UUID, Actor], Arrangement],
        now: Callable[[], datetime],
    ) -> None:
        self._people = people
        self._gate = gate
        self._contents = contents
        self._rules = rules
        self._secret = secret
        self._around = around
        self._now = now
        self._doubles = Doubles(gate, find=find, secret=secret)
        self._versions = Versions(self._doubles, find=find)
        self._settling = Settling(
            rules.metadata.sets, find=find, secret=secret, arrangement=arrangement
        )

    def put(
        self, lot: Lot, offers: Sequence[Offer], place: Place, by: Actor, *, numbered: bool = False
    ) -> None:
        """Raises refusals, with the number of the document before each field if ``numbered``;
        what was stored on the way to one is removed."""
        try:
            taken = []
            for number, offer in enumerate(offers):
                with _of_document(number if numbered else None):
                    taken.append(self._take(offer, by))
            around = self._around_of(lot, self._record(place, taken, by))
            _require_one_record(lot, around)
            for number, (offer, document) in enumerate(zip(offers, taken, strict=True)):
                with _of_document(number if numbered else None):
                    lot.placed.append(self._put(lot, around, offer, document, by))
        except Refusal:
            self._contents.remove(lot.objects)
            raise

    def release(
        self,
        lot: Lot,
        held: Document,
        by: Actor,
        *,
        confidentiality: Sequence[str] = (),
        copies_to: Sequence[str] = (),
    ) -> None:
        """What was held back comes into the record, by the rules of a deposit made now; hidden as
        was said then and is now, its copies for whom was named then and is now."""
        around = self._around_of(lot, held.record_id)
        decision = self._gate.require(held.record_id, "feed", held.attributes(by), by)
        former = (
            self._versions.replaceable(lot, around, held.replaces, by) if held.replaces else None
        )
        beside = self._doubles.beside(around.together, held, by, lot.changed)
        life.release(
            held,
            decision.decision_id,
            by,
            confidentiality=self._visibility((*held.told, *confidentiality), former, around, by),
            cover=self._cover(lot, beside, former, by),
            replaces=former,
            now=self._now(),
        )
        lot.changed[held.id] = held
        self._settling.settle(lot, around, held, former, decision, by)
        self._settling.copy(lot, held, (*held.copies_to, *copies_to), by)

    def reclassified(self, lot: Lot, document: Document, decision: Decision, by: Actor) -> None:
        """What follows from what the document is said to be now."""
        lot.changed[document.id] = document
        around = self._around_of(lot, document.record_id)
        self._settling.keep_directives(lot, around, document, decision, by)

    def _around_of(self, lot: Lot, record_id: UUID) -> Around:
        around = self._around(record_id)
        lot.relied_on |= around.relied_on
        return around

    def _take(self, offer: Offer, by: Actor) -> Taken:
        taken = take(
            offer.data,
            offer.given,
            declared=offer.declared,
            by_person=by.principal.acts_for_person,
            limits=self._rules.limits_of(by),
            rules=self._rules.metadata,
        )
        require_possible(taken.confidentiality, by, self._rules.allow_cumulation)
        return taken

    def _record(self, place: Place, taken: Sequence[Taken], by: Actor) -> UUID:
        """Of a person without one, a record that nobody has: what is asked of ``access``, and the
        refusal, are those of a record that is not open to this depositor."""
        if place.record_id and place.ins:
            raise InvalidRequest(fields={"ins": "not together with record_id"})
        if place.record_id:
            return place.record_id
        if place.ins:
            found = self._people.record_of(*place.ins, by)
        else:
            found = self._people.record_of_patients([t.patient for t in taken if t.patient], by)
        return found or derived_id(self._secret(), "nowhere", taken[0].metadata.unique_id)

    def _put(self, lot: Lot, around: Around, offer: Offer, taken: Taken, by: Actor) -> Placed:
        record_id = around.record_id
        origin = Origin.of(taken.metadata, by.to_event())
        asked = attributes(
            taken.metadata.kind, origin, taken.confidentiality, Status.APPROVED.value, by
        )
        decision = self._gate.require(record_id, "feed", asked, by)
        taken = self._signed(taken, record_id, by)
        if taken.patient:
            self._people.require_person_of(around.served, taken.patient, by)
        known = self._doubles.same(around.together, taken, by, lot.changed)
        if known.original:
            return self._again(lot, known.original, offer, taken, by)
        if taken.media_type == CDA and by.principal.acts_for_person:
            raise InvalidRequest("The content cannot be taken.", fields={FIELD: NOT_FROM_A_PERSON})
        former, warnings = self._versions.former(lot, around, offer, taken, by)
        document = self._create(lot, around, offer, taken, known, former, decision.decision_id, by)
        lot.changed[document.id] = document
        if offer.hold:
            require_releasable(document, former, by)
        else:
            self._settling.settle(lot, around, document, former, decision, by)
            self._settling.copy(lot, document, offer.copies_to, by)
        return Placed(
            document_id=document.id,
            logical_id=document.logical_id,
            record_id=record_id,
            confidentiality=document.shown_to(by),
            replaced=former.id if former and not offer.hold else None,
            held=offer.hold,
            warnings=(*warnings, *taken.flagged),
        )

    def _create(
        self,
        lot: Lot,
        around: Around,
        offer: Offer,
        taken: Taken,
        known: Known,
        former: Document | None,
        decision_id: UUID,
        by: Actor,
    ) -> Document:
        return life.deposit(
            known.id,
            record_id=around.record_id,
            logical_id=derived_id(self._secret(), "logical", str(known.id)),
            metadata=taken.metadata,
            content=self._stored(lot, around.record_id, known.id, taken),
            confidentiality=self._visibility(taken.confidentiality, former, around, by),
            cover=UNCOVERED if offer.hold else self._cover(lot, known.hidden, former, by),
            decision_id=decision_id,
            replaces=former if former and former.first_origin.includes(around.known(by)) else None,
            submission_set=lot.submission_set,
            held=offer.hold,
            copies_to=offer.copies_to,
            by=by,
            now=self._now(),
        )

    def _signed(self, taken: Taken, record_id: UUID, by: Actor) -> Taken:
        """What the person puts in is by the person, whoever acts for them (XDS authorPerson)."""
        if not by.principal.acts_for_person:
            return taken
        traits = self._people.person_of(record_id, by).traits
        author = Author(
            specialty=BY_THE_PERSON, family=traits.birth_name, given=traits.first_given_name
        )
        return replace(taken, metadata=replace(taken.metadata, authors=(author,)))

    def _again(self, lot: Lot, original: Document, offer: Offer, taken: Taken, by: Actor) -> Placed:
        """It is there already: its copies go all the same, and what its depositor had held back
        is released unless they hold it back again."""
        if original.status is not Status.HELD:
            self._settling.copy(lot, original, offer.copies_to, by)
        elif offer.hold:
            require_as_hidden(original, taken)
        else:
            self.release(
                lot,
                original,
                by,
                confidentiality=taken.confidentiality,
                copies_to=offer.copies_to,
            )
        return Placed(
            document_id=original.id,
            logical_id=original.logical_id,
            record_id=original.record_id,
            confidentiality=original.shown_to(by),
            duplicate_of=original.id,
            held=original.status is Status.HELD,
            warnings=taken.flagged,
        )

    def _visibility(
        self, asked: Sequence[str], former: Document | None, around: Around, by: Actor
    ) -> tuple[str, ...]:
        return visibility_at_deposit(
            asked,
            former=former.shown_to(by) if former else (),
            by=by,
            masking=around.masking,
        )

    @staticmethod
    def _cover(lot: Lot, others: Sequence[Document], former: Document | None, by: Actor) -> Cover:
        """By the others as they are now; one that is masked meanwhile is looked at again."""
        lot.relied_on |= {d.id: d.version for d in others if d.id not in lot.changed}
        return Cover.over(others, former, by)

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


def _require_one_record(lot: Lot, around: Around) -> None:
    """A submission set is of one patient (XDS), what was released into it before included."""
    if any(released.record_id not in around.together for released in lot.changed.values()):
        raise InvalidRequest(fields={"release": "is of another record than the lot"})


@contextmanager
def _of_document(number: int | None) -> Iterator[None]:
    """Says which document of a lot a refusal is about."""
    try:
        yield
    except Refusal as refusal:
        if number is not None:
            refusal.fields = {f"documents.{number}.{k}": v for k, v in refusal.fields.items()}
        raise
