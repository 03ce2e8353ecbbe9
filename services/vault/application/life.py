"""What becomes of a document once it is in the record."""

from services.vault.application.log import VaultLog
from services.vault.contract.life import (
    Archive,
    Delete,
    Mask,
    Reclassified,
    Reclassify,
    Report,
    RevealToPatient,
    RevealToRepresentatives,
    Unarchive,
    Unmask,
    Visibility,
)
from services.vault.domain import life
from services.vault.domain.document import Document
from services.vault.domain.lot import Lot
from services.vault.domain.renaming import Renaming, as_told, renamed
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.gate import GENERIC_FR
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command

VISIBILITY = "visibility"
"""Scope of what is asked of ``access``: who sees it, not what it is."""


class Life(VaultLog):
    @command
    def mask(self, request: Mask, by: Actor) -> Outcome[Visibility]:
        document, decision = self.decided(request.document_id, "manage", by, scope=VISIBILITY)
        life.mask(document, decision.decision_id, by, self.around(document.record_id).masking)
        return _shown_to(document, by)

    @command
    def unmask(self, request: Unmask, by: Actor) -> Outcome[Visibility]:
        document, decision = self.decided(request.document_id, "manage", by, scope=VISIBILITY)
        life.unmask(document, decision.decision_id, by)
        return _shown_to(document, by)

    @command
    def reveal_to_patient(self, request: RevealToPatient, by: Actor) -> Outcome[Visibility]:
        """By a professional, who announced it to the person."""
        document, decision = self.decided(request.document_id, "manage", by, scope=VISIBILITY)
        masking = self.around(document.record_id).masking
        life.reveal_to_patient(document, decision.decision_id, by, masking)
        return _shown_to(document, by)

    @command
    def reveal_to_representatives(
        self, request: RevealToRepresentatives, by: Actor
    ) -> Outcome[Visibility]:
        document, decision = self.decided(request.document_id, "manage", by, scope=VISIBILITY)
        life.reveal_to_representatives(document, decision.decision_id, by)
        return _shown_to(document, by)

    @command
    def archive(self, request: Archive, by: Actor) -> Outcome[Done]:
        document, decision = self.decided(request.document_id, "manage", by, scope=VISIBILITY)
        life.archive(document, decision.decision_id, by)
        return Outcome(answer=Done(), save=[document])

    @command
    def unarchive(self, request: Unarchive, by: Actor) -> Outcome[Done]:
        document, decision = self.decided(request.document_id, "manage", by, scope=VISIBILITY)
        life.unarchive(document, decision.decision_id, by)
        return Outcome(answer=Done(), save=[document])

    @command
    def delete(self, request: Delete, by: Actor) -> Outcome[Done]:
        """By its author, or the person who put it in (DMP TD3.3c): others may hide, not take
        away."""
        deleted = []
        for document_id in request.document_ids:
            document, decision = self.decided(document_id, "manage", by)
            known = self.known_in(document.record_id, by)
            if not document.origin.is_author(known):
                raise Forbidden(message_fr=GENERIC_FR, decision_id=decision.decision_id)
            if document.first_origin.is_author(known):
                life.delete(document, decision.decision_id, by)
            else:
                life.withdraw(document, decision.decision_id, by)
            deleted.append(document)
        return Outcome(answer=Done(), save=deleted)

    @command
    def report(self, request: Report, by: Actor) -> Outcome[Done]:
        """Something is wrong with it: an operator looks into it."""
        document, decision = self.decided(request.document_id, "read", by)
        life.report(document, request.reason, decision.decision_id, by)
        return Outcome(answer=Done(), save=[document])

    @command
    def reclassify(self, request: Reclassify, by: Actor) -> Outcome[Reclassified]:
        document, decision = self.decided(request.document_id, "manage", by)
        if not document.first_origin.includes(self.known_in(document.record_id, by)):
            raise Forbidden(message_fr=GENERIC_FR, decision_id=decision.decision_id)
        asked = Renaming(
            type=request.type, title=request.title, service_start=request.service_start
        )
        metadata = renamed(document, asked, self.rules.metadata)
        self.gate.require(
            document.record_id,
            "feed",
            document.attributes(by) | as_told(document, metadata, by),
            by,
        )
        life.reclassify(document, metadata, decision.decision_id, by)
        lot = Lot(submission_set=self.new_id(request, by, "submission set"))
        self.depositing.reclassified(lot, document, decision, by)
        answer = Reclassified(entry_uuid=document.entry_uuid)
        return Outcome(answer=answer, save=lot.saved, relied_on=lot.relied_on)


def _shown_to(document: Document, by: Actor) -> Outcome[Visibility]:
    return Outcome(answer=Visibility(confidentiality=list(document.shown_to(by))), save=[document])
