"""The log of the vault, and what its use cases share."""

from collections.abc import Sequence
from uuid import UUID

from services.vault.domain.arrangement import Arrangement
from services.vault.domain.attributes import UNKNOWN_DOCUMENT
from services.vault.domain.depositing import Depositing, DepositRules
from services.vault.domain.document import Document
from services.vault.domain.listing import Entry
from services.vault.domain.lot import Around
from services.vault.domain.mandatory import Mandatory
from services.vault.domain.origin import is_theirs, known_in
from services.vault.domain.people import People
from services.vault.domain.ports import Contents, DueDates, Listed, Results
from services.vault.domain.states import IN_RECORD, Status
from services.vault.domain.summary import Profiles
from services.vault.domain.visibility import Masking
from shared.crypto.keys import KeyErased, Keys
from shared.eventing.kin import served_together, served_under
from shared.eventing.parking import ParkedRecords
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.errors import Forbidden
from shared.kernel.gate import GENERIC_FR, NORMALLY, Access, Decision, Gate, How
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

SOURCE_OID = "2.25.300319866614926237236797720525145696206"
"""Of Carnet as the maker of an export, in the arc that ITU-T X.667 gives to every UUID."""


class VaultLog(EventLog):
    name = "vault"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        access: Access,
        people: People,
        contents: Contents,
        listed: Listed,
        results: Results,
        profiles: Profiles,
        mandatory: Sequence[Mandatory],
        due: DueDates,
        rules: DepositRules,
        source_oid: str = SOURCE_OID,
    ) -> None:
        super().__init__(settings, keys, clock)
        self.parked = ParkedRecords(self)
        self.gate = Gate(access, self.ruled_by, UNKNOWN_DOCUMENT)
        self.people = people
        self.contents = contents
        self.listed = listed
        self.results = results
        self.profiles = profiles
        self.mandatory = mandatory
        self.due = due
        self.rules = rules
        self.source_oid = source_oid
        self._orphans: set[str] = set()
        self.depositing = Depositing(
            people=people,
            gate=self.gate,
            contents=contents,
            rules=rules,
            find=self.document,
            secret=lambda: self.secret,
            around=self.around,
            arrangement=self.arranged,
            now=clock.now,
        )

    def ruled_by(self, record_id: UUID) -> UUID:
        """The record by whose rights this one is served. Raises :class:`Unavailable` while a
        message of either waits for an operator: what is known of them is not up to date."""
        served = self.served_under(record_id)
        for one in {record_id, served}:
            self.parked.refuse(one)
        return served

    def around(self, record_id: UUID) -> Around:
        """Whichever of the records served together masks by default, it is masked."""
        together = self.served_together(record_id)
        arranged = {r: self.arrangement(r) for r in together}
        return Around(
            record_id=record_id,
            served=together,
            masking=Masking(
                allow_cumulation=self.rules.allow_cumulation,
                by_default=any(a.masks_by_default for a in arranged.values() if a),
            ),
            relied_on={
                Arrangement.id_of(self.secret, r): a.version if a else 0
                for r, a in arranged.items()
            },
        )

    def arranged(self, record_id: UUID, by: Actor) -> Arrangement:
        """That of a record, begun if there is none."""
        return self.arrangement(record_id) or Arrangement.begin(self.secret, record_id, by)

    def arrangement(self, record_id: UUID) -> Arrangement | None:
        return self.get(Arrangement.id_of(self.secret, record_id), Arrangement)

    def served_under(self, record_id: UUID) -> UUID:
        """The record whose rights count for this one's documents."""
        return served_under(self, record_id)

    def served_together(self, record_id: UUID) -> list[UUID]:
        """The record this one is served under, first, and those merged into it."""
        return served_together(self, record_id)

    def document(self, document_id: UUID) -> Document | None:
        """``None`` also for a document of an erased record: there is nothing left of it."""
        try:
            return self.get(document_id, Document)
        except KeyErased:
            return None

    def decided(
        self,
        document_id: UUID,
        action: str,
        by: Actor,
        how: How = NORMALLY,
        scope: str | None = None,
    ) -> tuple[Document, Decision]:
        """The document, once permitted. ``scope``: of what ``access`` is asked about."""
        document = self.document(document_id)
        if document is None or not self._in_sight(document, by):
            raise self.not_there(document_id, action, by, how)
        resource = {**document.attributes(by), "document_id": str(document_id)}
        if scope:
            resource["scope"] = scope
        return document, self.gate.require(document.record_id, action, resource, by, how)

    def not_there(
        self, document_id: UUID, action: str, by: Actor, how: How = NORMALLY
    ) -> Forbidden:
        """A document that is not there is asked about like any other, in a record that nobody
        has: the refusal, its decision and its time are the same."""
        nowhere = derived_id(self.secret, "nowhere", str(document_id))
        self.gate.require(nowhere, action, UNKNOWN_DOCUMENT, by, how)
        return Forbidden(message_fr=GENERIC_FR)

    def seen(
        self, entries: Sequence[Entry], record_id: UUID, by: Actor, how: How = NORMALLY
    ) -> list[Entry]:
        permits = self.gate.may_read(
            record_id, [entry.attributes(by) for entry in entries], by, how
        )
        return [entry for entry, permit in zip(entries, permits, strict=True) if permit]

    def linked(self, entries: Sequence[Entry], by: Actor) -> list[Entry]:
        """Each names the versions before and after it that are shown here too, or to whoever sees
        it: the id of another would tell that it is there. ``access`` is asked no further question,
        which would tell as much; who sees more finds it by :meth:`versions`."""
        shown = {entry.document_id for entry in entries}
        return [entry.naming(shown | self._seen_with(entry, shown, by)) for entry in entries]

    def _seen_with(self, entry: Entry, shown: set[UUID], by: Actor) -> set[UUID]:
        found = map(self.document, sorted(entry.neighbours - shown))
        known = [Entry.of(one) for one in found if one and self._in_sight(one, by)]
        return {one.document_id for one in known if one.is_seen_with(entry, by)}

    def known_in(self, record_id: UUID, by: Actor) -> Actor:
        """As who puts things into that record."""
        if not by.principal.acts_for_person:
            return by
        return known_in(record_id, by, self.served_under(record_id))

    def _in_sight(self, document: Document, by: Actor) -> bool:
        """What is gone is gone for all; what is held back is there for who holds it."""
        if document.status is Status.HELD:
            return is_theirs(document, self.known_in(document.record_id, by))
        return document.status in IN_RECORD
