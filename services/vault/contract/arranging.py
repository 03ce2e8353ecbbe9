"""How the person arranges their documents: requests and answers."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from services.vault.contract.parts import OfDocument
from shared.rpc.contract import Answer, Command, Done, Query

FolderName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class OfRecord(Command):
    record_id: UUID


class CreateFolder(OfRecord):
    """Names are unique in a record, whatever their case and accents."""

    name: FolderName


class FolderCreated(Done):
    folder_id: UUID


class OfFolder(OfRecord):
    folder_id: UUID


class RenameFolder(OfFolder):
    name: FolderName


class DeleteFolder(OfFolder):
    """Its documents stay, in no folder."""


class FileIn(OfDocument):
    """``folder_id``: the one it goes to, out of any other; ``None``: out of all."""

    folder_id: UUID | None


class Pin(OfDocument):
    on: bool = True


class MaskAllByDefault(OfRecord):
    """What comes in from now on; what is there stays as it is."""

    on: bool


class Folders(Query):
    record_id: UUID


class Folder(Answer):
    folder_id: UUID
    name: str
    document_ids: list[UUID]


class Arranged(Answer):
    """Documents are those that this reader may see."""

    folders: list[Folder]
    pinned: list[UUID]
    masks_by_default: bool
