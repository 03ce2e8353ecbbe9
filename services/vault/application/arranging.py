"""Folders, pins and masking by default: the person's own, or of who acts for them."""

from collections.abc import Sequence
from uuid import UUID

from services.vault.application.finding import ANYTHING, RECORD, Finding
from services.vault.contract.arranging import (
    Arranged,
    CreateFolder,
    DeleteFolder,
    FileIn,
    Folder,
    FolderCreated,
    Folders,
    MaskAllByDefault,
    Pin,
    RenameFolder,
)
from services.vault.domain.arrangement import Arrangement
from services.vault.domain.document import Document
from services.vault.domain.lines import Span
from services.vault.domain.visibility import HIDDEN_FROM_REPRESENTATIVES
from shared.kernel.actor import Actor
from shared.kernel.gate import NORMALLY
from shared.kernel.secrecy import require_unseen
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Arranging(Finding):
    @command
    def create_folder(self, request: CreateFolder, by: Actor) -> Outcome[FolderCreated]:
        arrangement = self._managed(request.record_id, by)
        folder_id = self.new_id(request, by, "folder")
        arrangement.create_folder(folder_id, request.name, by)
        return Outcome(answer=FolderCreated(folder_id=folder_id), save=[arrangement])

    @command
    def rename_folder(self, request: RenameFolder, by: Actor) -> Outcome[Done]:
        arrangement = self._managed(request.record_id, by)
        arrangement.rename_folder(request.folder_id, request.name, by)
        return Outcome(answer=Done(), save=[arrangement])

    @command
    def delete_folder(self, request: DeleteFolder, by: Actor) -> Outcome[Done]:
        arrangement = self._managed(request.record_id, by)
        arrangement.delete_folder(request.folder_id, by)
        return Outcome(answer=Done(), save=[arrangement])

    @command
    def file_in(self, request: FileIn, by: Actor) -> Outcome[Done]:
        document, arrangement = self._placed(request, by)
        arrangement.file(document.id, request.folder_id, by)
        return Outcome(answer=Done(), save=[arrangement])

    @command
    def pin(self, request: Pin, by: Actor) -> Outcome[Done]:
        document, arrangement = self._placed(request, by)
        arrangement.pin(document.id, by, on=request.on)
        return Outcome(answer=Done(), save=[arrangement])

    @command
    def mask_all_by_default(self, request: MaskAllByDefault, by: Actor) -> Outcome[Done]:
        """Documents that come in are masked to professionals from now on (CSP R.1111-49)."""
        arrangement = self._managed(request.record_id, by)
        arrangement.mask_by_default(by, on=request.on)
        return Outcome(answer=Done(), save=[arrangement])

    def folders(self, request: Folders, by: Actor) -> Arranged:
        """Asks ``access`` as often where nobody arranged anything: a pin may be a secret."""
        self.gate.require(request.record_id, "read", RECORD, by)
        records = self.served_together(request.record_id)
        found = self.arranged(records[0], by)
        lines = self.lines(records, Span(), ANYTHING, by, NORMALLY)
        arranged = self.listed.entries(lines.about(found.documents).lines)
        seen = {entry.document_id for entry in arranged}
        return Arranged(
            folders=[
                Folder(folder_id=folder_id, name=name, document_ids=_in(found, folder_id, seen))
                for folder_id, name in sorted(found.folders.items(), key=lambda item: item[1])
            ],
            pinned=sorted(found.pinned & seen),
            masks_by_default=found.masks_by_default,
        )

    def _placed(self, request: FileIn | Pin, by: Actor) -> tuple[Document, Arrangement]:
        """A document that the person may arrange, and where that is kept."""
        document, decision = self.decided(request.document_id, "manage", by)
        require_unseen(by, HIDDEN_FROM_REPRESENTATIVES not in document.confidentiality)
        return document, self.arranged(decision.record_id, by)

    def _managed(self, record_id: UUID, by: Actor) -> Arrangement:
        """Folders and masking by default are there for representatives to see."""
        self.gate.require(record_id, "manage", RECORD, by)
        require_unseen(by, record_id)
        return self.arranged(self.served_under(record_id), by)


def _in(arrangement: Arrangement, folder_id: UUID, seen: set[UUID]) -> Sequence[UUID]:
    filed = arrangement.filed.items()
    return sorted(document_id for document_id, f in filed if f == folder_id and document_id in seen)
