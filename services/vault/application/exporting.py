"""A copy of the record for the person, made part by part while it is read."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.vault.application.finding import RECORD, Finding
from services.vault.contract.exports import (
    ExportBegun,
    ExportPart,
    ExportRecord,
    ExportShown,
    ExportStatus,
    ReadExport,
)
from services.vault.domain import xdm_archive as archive
from services.vault.domain.content import CDA
from services.vault.domain.document import Document
from services.vault.domain.export import Export, Part, placed, planned
from services.vault.domain.listing import Entry, by_act
from services.vault.domain.ports import ContentDamaged, ContentMissing
from services.vault.domain.reading import unwrapped
from services.vault.domain.states import IN_RECORD
from services.vault.domain.xdm import Enclosed, Set, metadata
from services.vault.domain.zipping import Piece, directory, piece
from shared.crypto.base64_text import to_base64
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.gate import GENERIC_FR, NORMALLY
from shared.kernel.ids import derived_id
from shared.stores.event_log import Outcome, command, unreplayed

SLICE = 4_000_000
"""Bytes of one answer."""


class Exporting(Finding):
    @command
    def export_record(self, request: ExportRecord, by: Actor) -> Outcome[ExportBegun]:
        """Every version and state of what the caller may see; traced at once."""
        decision = self.gate.require(request.record_id, "read", RECORD, by)
        seen = self.visible(request.record_id, by, NORMALLY)
        parts = planned(self.listed.entries(seen.lines))
        export = Export.begin(
            self.new_id(request, by, "export"),
            request.record_id,
            parts,
            decision.decision_id,
            by,
        )
        begun = ExportBegun(
            export_id=export.id, documents=len(export.documents), parts=len(parts) + 1
        )
        return Outcome(answer=begun, save=[export])

    def export_status(self, request: ExportStatus, by: Actor) -> ExportShown:
        return ExportShown.of(self._export(request.export_id, by))

    @unreplayed
    def read_export(self, request: ReadExport, by: Actor) -> Outcome[ExportPart]:
        """What was hidden or deleted since the export was begun is not in it."""
        export = self._export(request.export_id, by)
        if request.part > export.last:
            raise InvalidRequest(fields={"part": f"there are {export.last + 1}"})
        made, left_out = (
            self._last_part(export, by)
            if request.part == export.last
            else self._part(export, request.part, by)
        )
        part = Part(
            size=len(made.data),
            sha256=hashlib.sha256(made.data).hexdigest(),
            files=made.files,
            left_out=tuple(left_out),
        )
        export.make(request.part, part, by)
        end = request.offset + SLICE
        answer = ExportPart(
            part=request.part,
            content=to_base64(made.data[request.offset : end]),
            next_offset=end if end < part.size else None,
            part_size=part.size,
            part_sha256=part.sha256,
            left_out=left_out,
        )
        return Outcome(answer=answer, save=[export])

    def _export(self, export_id: UUID, by: Actor) -> Export:
        """Asked for by the same person, who may still read the record."""
        try:
            export = self.get(export_id, Export)
        except KeyErased:
            export = None
        if export is None or not export.is_of(by):
            raise Forbidden(message_fr=GENERIC_FR)
        self.gate.require(export.record_id, "read", RECORD, by)
        return export

    def _part(self, export: Export, number: int, by: Actor) -> tuple[Piece, list[UUID]]:
        start = sum(len(part) for part in export.parts[:number])
        numbers = {id_: n for n, id_ in enumerate(export.parts[number], start + 1)}
        files: list[tuple[str, bytes]] = []
        enclosed, left_out = [], []
        for document in self._still_seen(export, export.parts[number], by):
            entry = Entry.of(document)
            try:
                data = self.contents.fetch(document.id, document.content)
            except (ContentMissing, ContentDamaged):
                left_out.append(document.id)
                continue
            name = archive.file_name(numbers[document.id], entry.media_type)
            sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()  # XDS: hash is SHA-1
            enclosed.append(Enclosed(entry=entry, uri=name, sha1=sha1))
            files.append((f"{archive.folder(number)}/{name}", data))
            if shown := self._legible(document, entry, data):
                files.append((archive.readable_name(numbers[document.id], shown[1]), shown[0]))
        described = metadata(self._set(export, number, enclosed, by), self.rules.metadata.sets)
        files.append((f"{archive.folder(number)}/METADATA.XML", described))
        return piece(files, export.created_on), left_out

    def _legible(self, document: Document, entry: Entry, data: bytes) -> tuple[bytes, str] | None:
        """What people read of a CDA, and its media type; nothing but itself of another file."""
        if entry.media_type != CDA:
            return None
        inner, media_type = unwrapped(document, data)
        if media_type != CDA:
            return inner, media_type
        page = archive.words(entry, data, self.rules.limits.max_bytes)
        return (page, archive.HTML) if page else None

    def _set(self, export: Export, number: int, enclosed: Sequence[Enclosed], by: Actor) -> Set:
        return Set(
            id=derived_id(self.secret, "submission set", str(export.id), str(number)),
            made_at=export.created_on,
            person=self.people.person_of(export.record_id, by),
            record_id=export.record_id,
            source_oid=self.source_oid,
            documents=enclosed,
            before=self._replaced_before(export, number, enclosed, by),
        )

    def _replaced_before(
        self, export: Export, number: int, enclosed: Sequence[Enclosed], by: Actor
    ) -> list[Entry]:
        former = {one.entry.replaces for one in enclosed}
        before = [id_ for part in export.parts[:number] for id_ in part if id_ in former]
        seen = self._still_seen(export, before, by) if before else []
        return [Entry.of(document) for document in seen]

    def _still_seen(self, export: Export, wanted: Sequence[UUID], by: Actor) -> list[Document]:
        """From the log itself, in the order of the archive. What came of a record that was split
        off since is somebody else's.
        """
        own = self.served_together(export.record_id)
        known = [d for d in map(self.document, wanted) if d and d.record_id in own]
        found = [d for d in known if d.status in IN_RECORD]
        permits = self.gate.may_read(export.record_id, [d.attributes(by) for d in found], by)
        return [d for d, permit in zip(found, permits, strict=True) if permit]

    def _last_part(self, export: Export, by: Actor) -> tuple[Piece, list[UUID]]:
        """The index of what the others held, and the archive's directory."""
        others = export.before_last()
        left_out = [document_id for part in others for document_id in part.left_out]
        files, _ = placed(others)
        paths = _paths([file.name for file in files], export.documents)
        known = {*paths, *left_out}
        seen = self.visible(export.record_id, by, NORMALLY)
        still = self.listed.entries(seen.about(known).lines)
        entries = sorted(still, key=by_act, reverse=True)
        made_at: datetime = export.created_on
        shown = archive.index(
            entries,
            paths,
            left_out,
            self.people.person_of(export.record_id, by),
            self.rules.metadata.sets,
            made_at,
        )
        own = piece([("INDEX.HTM", shown), ("README.TXT", archive.readme(made_at))], made_at)
        last = Part(size=len(own.data), sha256="", files=own.files, left_out=())
        everything, size = placed([*others, last])
        whole = own.data + directory(everything, size, made_at)
        return Piece(data=whole, files=own.files), left_out


def _paths(names: Sequence[str], documents: Sequence[UUID]) -> dict[UUID, str]:
    """The file a person opens of each document: the readable one where there is one."""
    found: dict[UUID, str] = {}
    for name in names:
        last = name.rpartition("/")[2]
        if last.startswith("DOC"):
            document_id = documents[int(last.partition(".")[0][3:]) - 1]
            if document_id not in found or name.startswith("LISIBLE/"):
                found[document_id] = name
    return found
