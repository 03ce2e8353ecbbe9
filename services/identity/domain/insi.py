"""INSi, the national identity service, as identity needs it.

Operations and answers: "Référentiel INS" and the integration guide of the téléservice INSi.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.identity.domain.traits import Traits
from shared.kernel.errors import DeadlineExceeded, Unavailable
from shared.kernel.ins import Ins


class InsiCode(StrEnum):
    ONE = "00"
    """exactly one identity: INSi gives it."""
    NONE = "01"
    SEVERAL = "02"
    """several: INSi gives none; more traits are needed."""


class InsiTimedOut(DeadlineExceeded):
    """INSi did not answer in time; nothing was changed here, and it may be asked again."""


class InsiUnreachable(Unavailable):
    """INSi is out of reach."""


class InsiRefused(Unavailable):
    """INSi refused our call, whatever it was about: its operator must look at our rights."""


class LotUnknown(Exception):
    """INSi does not know this lot (any more): it must be sent again."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Sought:
    """``given_name``: any one of the given names of birth. ``birth_place``: when known."""

    birth_name: str
    given_name: str
    sex: str
    birth_date: str
    birth_place: str | None = None


@dataclass(frozen=True, kw_only=True)
class CardReading:
    """What a reader gives: the card, and which of the people on it stands at the counter."""

    serial: str
    beneficiary: int


@dataclass(frozen=True, kw_only=True, repr=False)
class NationalIdentity:
    ins: Ins
    traits: Traits


@dataclass(frozen=True)
class InsiAnswer:
    """``identity`` with code 00 alone."""

    code: InsiCode
    identity: NationalIdentity | None = None


class Insi(Protocol):
    """Each may raise ``InsiTimedOut``, ``InsiUnreachable`` or ``InsiRefused``."""

    def by_card(self, reading: CardReading, /) -> InsiAnswer:
        """The preferred way: what the card gives is the identity."""
        ...

    def by_traits(self, sought: Sought, /) -> InsiAnswer: ...

    def verify(self, identity: NationalIdentity, /) -> bool:
        """Whether this INS and these strict traits belong together."""
        ...

    def submit(self, lot: Sequence[NationalIdentity], /) -> str:
        """Have many verified, later; answer the number of the lot."""
        ...

    def collect(self, number: str, /) -> Sequence[bool] | None:
        """What :meth:`verify` would have answered, in order; None while it is not ready.

        Raise ``LotUnknown``.
        """
        ...
