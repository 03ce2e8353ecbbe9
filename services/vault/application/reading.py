"""One document: what is said of it, its versions, its content."""

from services.vault.application.log import VaultLog
from services.vault.contract.reading import Describe, Open, Opened, Versions, VersionsFound
from services.vault.contract.views import DocumentView
from services.vault.domain.document import Document
from services.vault.domain.listing import Entry
from services.vault.domain.opening import Opening
from services.vault.domain.ports import ContentDamaged, ContentMissing
from services.vault.domain.reading import unwrapped, warnings
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import Actor
from shared.kernel.errors import Unavailable
from shared.kernel.gate import Decision
from shared.stores.event_log import Outcome, unreplayed


class Reading(VaultLog):
    def describe(self, request: Describe, by: Actor) -> DocumentView:
        document, _ = self.shown(request, by)
        return self.view(document, by)

    def versions(self, request: Versions, by: Actor) -> VersionsFound:
        """Every version of one document, whichever of them the logical id is of."""
        member = self.listed.by_logical_id(request.logical_id) or request.logical_id
        document, _ = self.decided(member, "read", by, request.how)
        found = self.listed.versions(document.id)
        seen = self.seen(found, document.record_id, by, request.how)
        sets = self.rules.metadata.sets
        return VersionsFound(
            items=[
                DocumentView.of(entry, entry.shown_to(by), sets) for entry in self.linked(seen, by)
            ]
        )

    @unreplayed
    def open(self, request: Open, by: Actor) -> Outcome[Opened]:
        """Nothing is served unless the decision and this opening are saved: the opening is
        guarded by the version of the document that was decided on and read."""
        document, decision = self.shown(request, by)
        data = self._intact(document)
        inner, inner_type = unwrapped(document, data)
        shown, media_type = (
            (inner, inner_type) if request.unwrap else (data, document.content.media_type)
        )
        opening = Opening.of(
            document,
            decision.record_id,
            decision_id=decision.decision_id,
            mode=request.mode,
            by=decision.told_as(by),
        )
        return Outcome(
            answer=Opened(
                document=self.view(document, by),
                content=to_base64(shown),
                media_type=media_type,
                warnings=list(warnings(document, inner, inner_type, by)),
                decision_id=decision.decision_id,
            ),
            save=[opening],
            relied_on={document.id: document.version},
        )

    def shown(self, request: Describe | Open, by: Actor) -> tuple[Document, Decision]:
        return self.decided(request.document_id, "read", by, request.how)

    def _intact(self, document: Document) -> bytes:
        """Raises :class:`Unavailable`: a content that cannot be proven is not served."""
        try:
            return self.contents.fetch(document.id, document.content)
        except (ContentMissing, ContentDamaged) as fault:
            raise Unavailable(
                "The content of this document cannot be proven intact; it is not served."
            ) from fault

    def view(self, document: Document, by: Actor) -> DocumentView:
        (entry,) = self.linked([Entry.of(document)], by)
        return DocumentView.of(entry, document.shown_to(by), self.rules.metadata.sets)
