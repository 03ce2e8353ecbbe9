"""What requests and answers of messaging are made of."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.messaging.domain.attachment import Attachment
from services.messaging.domain.correspondent import Correspondent, MailboxKind
from shared.crypto.base64_text import from_base64
from shared.rpc.contract import Answer, Base64

Mailbox = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Subject = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Body = Annotated[str, Field(max_length=100_000, pattern=r"^[^\x00]*$")]
FileName = Annotated[str, Field(min_length=1, max_length=200)]
Structure = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z/.-]+$")]
"""Struct_IdNat: ``1`` and the FINESS number."""
Visibility = Literal["N", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attach(Part):
    """One of: a file (``content`` in base64, with its ``name``), a document of the vault that the
    caller may open, the PDF of the person's profile."""

    name: FileName | None = None
    content: Base64 | None = Field(default=None, repr=False)
    document_id: UUID | None = None
    profile: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> "Attach":
        given = (self.content is not None, self.document_id is not None, self.profile)
        if sum(given) != 1:
            raise ValueError("give content, document_id or profile, one of them")
        return self

    @property
    def data(self) -> bytes:
        return from_base64(self.content or "")


Attachments = Annotated[list[Attach], Field(default=[], max_length=20)]


class DocumentInside(Answer):
    """``number``: to save this one. ``title``: as its sender wrote it, or empty."""

    number: int
    title: str


class AttachmentView(Answer):
    """``saveable``: can be kept in the record (canAddToDMP). ``documents``: those of an
    IHE_XDM.ZIP, each of which can be kept by itself; of one that came by a former version the
    first alone, without its title."""

    number: int
    name: str
    media_type: str
    size: int
    saveable: bool
    documents: list[DocumentInside]

    @classmethod
    def of(cls, one: Attachment) -> "AttachmentView":
        return cls(
            number=one.number,
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            saveable=one.saveable,
            documents=[
                DocumentInside(number=number, title=inside.title)
                for number, inside in enumerate(one.documents, start=1)
            ],
        )


class CorrespondentView(Answer):
    """``key``: to answer to this one alone. ``inactive``: known to practise no more.
    ``answers_to``: the mailbox that software names for answers, none for others."""

    key: str
    name: str
    address: str | None
    kind: MailboxKind | None
    establishment: bool
    ended: bool
    takes_answers: bool
    inactive: bool
    answers_to: str | None = None

    @classmethod
    def of(
        cls, who: Correspondent, *, ended: bool, replies: bool, inactive: bool
    ) -> "CorrespondentView":
        return cls(
            key=who.key,
            name=who.name,
            address=who.address,
            kind=who.kind,
            establishment=who.is_establishment,
            ended=ended,
            takes_answers=replies,
            inactive=inactive,
            answers_to=who.answers_to,
        )


def views(attachments: Sequence[Attachment]) -> list[AttachmentView]:
    return [AttachmentView.of(one) for one in attachments]
