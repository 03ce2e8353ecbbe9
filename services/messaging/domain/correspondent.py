"""Who writes to a person: a professional, or a facility, behind a mailbox of MSSanté."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class MailboxKind(StrEnum):
    """TRE_R257: of a person, of an organisation, of software, of a practice."""

    PER = "PER"
    ORG = "ORG"
    APP = "APP"
    CAB = "CAB"


@dataclass(frozen=True, kw_only=True, repr=False)
class Correspondent:
    """``address``: in lower case; none for one who only uses this service's RPC.

    ``national_id``: PS_IdNat, ``facility``: Struct_IdNat, where they are known. ``answers_to``: the
    mailbox that software names for answers, which nobody reads in its own (ANS, volet Transmission
    d'un document CDA-R2 en HL7v2, mapping MSS: FROM the BAL applicative, REPLY TO).
    """

    address: str | None = None
    name: str = ""
    national_id: str | None = None
    facility: str | None = None
    kind: MailboxKind | None = None
    answers_to: str | None = None

    @property
    def answered_at(self) -> str | None:
        return self.answers_to or self.address

    @property
    def takes_answers(self) -> bool:
        return self.kind is not MailboxKind.APP or self.answers_to is not None

    def is_at(self, address: str) -> bool:
        return address in {self.address, self.answers_to}

    @property
    def key(self) -> str:
        """Tells those of one conversation apart, one service of a hospital from another."""
        return self.national_id or self.address or self.facility or ""

    @property
    def is_establishment(self) -> bool:
        """ORG, or an APP bound to a FINESS; else the facility alone wrote."""
        if self.kind is MailboxKind.ORG:
            return True
        of_finess = (self.facility or "").startswith("1")
        if self.kind is MailboxKind.APP:
            return of_finess
        return self.national_id is None and of_finess

    def to_event(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_event(cls, written: dict[str, Any]) -> "Correspondent":
        kind = written.get("kind")
        return cls(**{**written, "kind": MailboxKind(kind) if kind else None})
