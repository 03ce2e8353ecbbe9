"""What messaging asks of the outside, in sentences."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.messaging.domain.attachment import File, Stored
from services.messaging.domain.correspondent import Correspondent
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """What ``identity`` says of a patient mailbox. ``status``: open, closed or none."""

    status: str
    record_id: UUID | None = None
    activated: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class Person:
    """``ins``: of a qualified identity alone. ``born``: YYYY-MM-DD."""

    family: str
    given: str
    born: str
    ins: str | None


class People(Protocol):
    def resolve(self, mailbox: str) -> Mailbox:
        """Raises ``InvalidRequest`` for what is no patient mailbox."""
        ...

    def person(self, record_id: UUID) -> Person: ...


class Directory(Protocol):
    def of_professional(self, national_id: str, facility: str | None) -> Correspondent:
        """With the mailbox they have in that facility, else any of theirs."""
        ...

    def of_facility(self, structure: str) -> Correspondent: ...

    def of_address(self, address: str) -> Correspondent | None:
        """Whose mailbox that is, if the directory publishes it."""
        ...

    def practises(self, who: Correspondent) -> bool:
        """False for one who is known to practise no more, or a facility that is closed."""
        ...

    def is_pharmacy(self, structure: str) -> bool: ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Copy:
    """A document on its way to correspondents, with what the mail says of it. ``shown``: the
    file that a CDA encloses."""

    file: File
    shown: File | None
    title: str
    unique_id: str
    type: str
    confidentiality: tuple[str, ...]


class Vault(Protocol):
    def open(self, document_id: UUID, by: Actor) -> File: ...

    def deposit(
        self, request_id: UUID, record_id: UUID, file: File, given: dict[str, Any], by: Actor
    ) -> tuple[UUID, bool]:
        """The document's id, and whether it was there already. Raises the vault's refusal."""
        ...

    def copy_of(self, copies_id: UUID) -> Copy:
        """What was deposited with correspondents to be served; ``Forbidden`` once deleted."""
        ...


class Profile(Protocol):
    def summary(self, record_id: UUID, by: Actor) -> File: ...


class Contents(Protocol):
    """Attachments, sealed; raises ``Unavailable`` for what cannot be proven or had."""

    def keep(self, record_id: UUID, message_id: UUID, data: bytes) -> Stored: ...

    def fetch(self, message_id: UUID, stored: Stored) -> bytes: ...

    def remove(self, keys: Iterable[str]) -> None: ...

    def remove_record(self, record_id: UUID) -> None: ...

    def all(self) -> Iterator[str]: ...

    def message_of(self, key: str) -> UUID | None: ...


@dataclass(frozen=True, kw_only=True, repr=False)
class XdmDocument:
    """One document of an archive, by its own header and its entry of the metadata."""

    data: bytes
    media_type: str
    unique_id: str
    title: str
    confidentiality: tuple[str, ...]

    def hidden_too(self, codes: Iterable[str]) -> "XdmDocument":
        return replace(self, confidentiality=tuple(sorted({*self.confidentiality, *codes})))


@dataclass(frozen=True, kw_only=True, repr=False)
class Xdm:
    """What an IHE_XDM.ZIP holds, CDAs first, and what hides any of it."""

    documents: tuple[XdmDocument, ...]
    confidentiality: tuple[str, ...]


class Archives(Protocol):
    def read(self, data: bytes) -> Xdm | None:
        """``None`` for an archive that is no IHE_XDM.ZIP. Raises ``InvalidRequest`` for one that
        would grow too large, or is damaged."""
        ...

    def hidden_as(self, cda: bytes) -> frozenset[str]:
        """The confidentiality that a CDA says itself; none for what is no CDA."""
        ...

    def enclosed(self, cda: bytes) -> bytes | None:
        """The file of a level 1 CDA; ``None`` of one that holds none. Raises ``InvalidRequest``
        for what is no CDA."""
        ...

    def make(self, copy: Copy, person: Person, at: datetime) -> list[File]:
        """IHE_XDM.ZIP, and the PDF beside it where there is one."""
        ...


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the list, opened as far as it is needed."""

    conversation_id: UUID
    record_id: UUID
    confidentiality: tuple[str, ...]
    unread: int
    trashed: bool
    text: str


class List(Protocol):
    """The read model; it may lag behind the log."""

    def of_records(self, records: Sequence[UUID]) -> Sequence[Row]:
        """The latest first; none of an erased record."""
        ...

    def trashed_before(self, moment: datetime) -> Sequence[UUID]: ...

    def drafts(self, records: Sequence[UUID], writer: str) -> Sequence[UUID]: ...
