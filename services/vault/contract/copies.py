"""What messaging sends to correspondents."""

from uuid import UUID

from pydantic import Field

from services.vault.contract.views import DocumentView
from shared.kernel.actor import Actor
from shared.rpc.contract import Answer, Query


class ContentsForCopies(Query):
    copies_id: UUID


class ContentsToSend(Answer):
    """``content`` in base64, of ``media_type``; ``shown``: the file that a level 1 CDA encloses,
    of ``shown_media_type``. ``to``: as the depositor said."""

    record_id: UUID
    document: DocumentView
    content: str = Field(repr=False)
    media_type: str
    shown: str | None = Field(default=None, repr=False)
    shown_media_type: str | None = None
    to: list[str]


def is_messaging(_: object, by: Actor) -> bool:
    return by.is_service and by.id == "messaging"
