"""The log of the vault, and what its use cases share."""

from collections.abc import Sequence
from uuid import UUID

from services.vault.domain.attributes import UNKNOWN_DOCUMENT
from services.vault.domain.depositing import Depositing, DepositRules
from services.vault.domain.document import Document
from services.vault.domain.listing import Entry
from services.vault.domain.mandatory import Mandatory
from services.vault.domain.people import People
from services.vault.domain.ports import Contents, Listed, Results
from services.vault.domain.summary import Profiles
from shared.crypto.keys import KeyErased, Keys
from shared.eventing.kin import served_together, served_under
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.errors import Forbidden
from shared.kernel.gate import NORMALLY, Access, Decision, Gate, How
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings


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
        rules: DepositRules,
    ) -> None:
        super().__init__(settings, keys, clock)
        self.gate = Gate(access, self.served_under)
        self.contents = contents
        self.listed = listed
        self.results = results
        self.profiles = profiles
        self.mandatory = mandatory
        self.rules = rules
        self._orphans: set[str] = set()
        self.depositing = Depositing(
            people=people,
            gate=self.gate,
            contents=contents,
            rules=rules,
            find=self.document,
            secret=lambda: self.secret,
        )

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
        self, document_id: UUID, action: str, by: Actor, how: How = NORMALLY
    ) -> tuple[Document, Decision]:
        """The document, once permitted. One that does not exist is asked about like any other,
        in a record that nobody has: the refusal, its decision and its time are the same."""
        document = self.document(document_id)
        if document is None:
            nowhere = derived_id(self.secret, "nowhere", str(document_id))
            self.gate.require(nowhere, action, UNKNOWN_DOCUMENT, by, how)
            raise Forbidden
        resource = {**document.attributes(by), "document_id": str(document_id)}
        return document, self.gate.require(document.record_id, action, resource, by, how)

    def seen(
        self, entries: Sequence[Entry], record_id: UUID, by: Actor, how: How = NORMALLY
    ) -> list[Entry]:
        permits = self.gate.may_read(record_id, [e.attributes(by) for e in entries], by, how)
        return [entry for entry, permit in zip(entries, permits, strict=True) if permit]
