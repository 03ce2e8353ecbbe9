"""What a deposit sends to correspondents by secure mail."""

from services.vault.application.reading import Reading
from services.vault.contract.copies import ContentsForCopies, ContentsToSend
from services.vault.contract.views import DocumentView
from services.vault.domain.copies import Copies
from services.vault.domain.listing import Entry
from services.vault.domain.reading import unwrapped
from services.vault.domain.states import IN_RECORD
from services.vault.domain.visibility import MASKED
from shared.crypto.base64_text import to_base64
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden


class Copying(Reading):
    def contents_for_copies(self, request: ContentsForCopies, by: Actor) -> ContentsToSend:
        """For messaging alone: the depositor named who gets the document, and had it."""
        copies = self._copies(request)
        document = self.document(copies.document_id) if copies else None
        if copies is None or document is None or document.status not in IN_RECORD:
            raise Forbidden
        # Masked it would not have been asked for: it was masked since. What masks it for others
        # alone is not known to who asked, and it goes: else they would be told of it.
        if MASKED in document.told:
            raise Forbidden
        self.ruled_by(document.record_id)
        data = self._intact(document)
        shown, shown_type = unwrapped(document, data)
        wrapped = document.content.enclosed is not None
        return ContentsToSend(
            record_id=document.record_id,
            document=DocumentView.of(Entry.of(document), document.told, self.rules.metadata.sets),
            content=to_base64(data),
            media_type=document.content.media_type,
            shown=to_base64(shown) if wrapped else None,
            shown_media_type=shown_type if wrapped else None,
            to=copies.to,
        )

    def _copies(self, request: ContentsForCopies) -> Copies | None:
        try:
            return self.get(request.copies_id, Copies)
        except KeyErased:
            return None
