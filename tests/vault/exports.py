"""A person's copy of their record, asked for and read."""

import base64
import hashlib
import io
import zipfile
from uuid import UUID, uuid4

from services.vault.contract.exports import ExportPart, ExportRecord, ExportStatus, ReadExport
from shared.kernel.actor import Actor
from tests.vault.world import METADATA, PATIENT, RECORD, World


def begin(world: World, by: Actor = PATIENT) -> UUID:
    world.project()
    asked = ExportRecord(request_id=uuid4(), record_id=RECORD)
    return world.vault.export_record(asked, by).export_id


def read(
    world: World, export_id: UUID, part: int, offset: int = 0, by: Actor = PATIENT
) -> ExportPart:
    return world.vault.read_export(ReadExport(export_id=export_id, part=part, offset=offset), by)


def whole_part(world: World, export_id: UUID, part: int, by: Actor = PATIENT) -> bytes:
    data, offset = b"", 0
    while True:
        answer = read(world, export_id, part, offset, by)
        data += base64.b64decode(answer.content)
        if answer.next_offset is None:
            assert len(data) == answer.part_size
            assert hashlib.sha256(data).hexdigest() == answer.part_sha256
            return data
        offset = answer.next_offset


def archive(world: World, by: Actor = PATIENT) -> zipfile.ZipFile:
    export_id = begin(world, by)
    shown = world.vault.export_status(ExportStatus(export_id=export_id), by)
    data = b"".join(whole_part(world, export_id, part.number, by) for part in shown.parts)
    shown = world.vault.export_status(ExportStatus(export_id=export_id), by)
    assert shown.complete
    assert shown.size == len(data)
    return zipfile.ZipFile(io.BytesIO(data))


def put(world: World, data: bytes, **metadata: str) -> UUID:
    said = METADATA | metadata
    return world.deposit(data, record_id=str(RECORD), metadata=said).document_id
