"""What becomes of a document once it is in the record."""

from services.vault.application.log import VaultLog
from services.vault.contract.life import Mask, Unmask, Visibility
from services.vault.domain.document import Document
from shared.kernel.actor import Actor
from shared.stores.event_log import Outcome, command


class Life(VaultLog):
    @command
    def mask(self, request: Mask, by: Actor) -> Outcome[Visibility]:
        document, decision = self.decided(request.document_id, "manage", by)
        document.mask(decision.decision_id, by, allow_cumulation=self.rules.allow_cumulation)
        return self._changed(document)

    @command
    def unmask(self, request: Unmask, by: Actor) -> Outcome[Visibility]:
        document, decision = self.decided(request.document_id, "manage", by)
        document.unmask(decision.decision_id, by)
        return self._changed(document)

    def _changed(self, document: Document) -> Outcome[Visibility]:
        return Outcome(
            answer=Visibility(confidentiality=list(document.confidentiality)), save=[document]
        )
