"""Requests that change what becomes of a document, and their answers."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.vault.contract.parts import Code, Moment, OfDocument, Text
from shared.rpc.contract import Done

DELETED_AT_ONCE = 10
"""Documents of one request (Mon espace santé)."""

Reason = Literal["not_mine", "wrong_content", "unreadable", "duplicate", "inappropriate", "other"]
"""Why a document is reported: a code, for the log keeps no free text."""


class Mask(OfDocument):
    pass


class Unmask(OfDocument):
    pass


class RevealToPatient(OfDocument):
    """Once announced; it cannot be hidden again."""


class RevealToRepresentatives(OfDocument):
    """It cannot be hidden again, so it is asked twice: ``confirmed`` (DMP EX_3.3-1045)."""

    confirmed: Literal[True]


class Archive(OfDocument):
    pass


class Unarchive(OfDocument):
    pass


class Delete(OfDocument):
    """``also``: others that go with it; all of them, or none."""

    also: list[UUID] = Field(default=[], max_length=DELETED_AT_ONCE - 1)

    @property
    def document_ids(self) -> list[UUID]:
        return list(dict.fromkeys((self.document_id, *self.also)))


class Report(OfDocument):
    reason: Reason


class Reclassify(OfDocument):
    """Of a bare file, by who put it in; what is left out stays. The class and the heading
    follow the type."""

    type: Code | None = None
    title: Text | None = None
    service_start: Moment | None = None


class Visibility(Done):
    confidentiality: list[str]


class Reclassified(Done):
    """``entry_uuid``: of the new version of the metadata."""

    entry_uuid: UUID
