"""What identity needs of others, in its own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True)
class SignedProof:
    """``pdf``: bytes that print ``statement``, its ``signature`` and the ``key`` it was made with
    (SHA-256 of the public one, hex).
    """

    pdf: bytes
    statement: str
    signature: bytes
    key: str


class ProofMaker(Protocol):
    def prove(self, statement: str) -> SignedProof:
        """Sign the statement and lay it out for the person to keep."""
        ...


class AccessDecisions(Protocol):
    def represents(self, record_id: UUID, by: Actor) -> bool:
        """Whether this representative acts for the person now: one whom nobody named does not,
        nor one whom a judge suspended, nor anybody from the instant of majority on.
        """
        ...

    def have_applied(self, record_id: UUID, position: int) -> None:
        """Return once access decides with our log up to ``position``.

        Raise ``StaleRead``, ``Unavailable`` or ``DeadlineExceeded`` when it does not in time:
        what was saved stands, and the same request may be repeated.
        """
        ...


class RecordKeys(Protocol):
    def make(self, record_ids: Sequence[UUID]) -> None:
        """Have a key for each of these new records, in one go."""
        ...

    def destroy(self, record_id: UUID, certificate_of: UUID) -> dict[str, Any]:
        """Destroy every version of the record's keys; return the signed tombstone, whose
        signature holds. Asked again, it returns the same one.
        """
        ...
