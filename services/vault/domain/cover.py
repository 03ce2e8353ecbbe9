"""What hides a document whose very bytes are in the record already, hidden from who puts it in.

Theirs is a document of its own, and they are answered as for any. From everybody else it is
hidden as the other is: what somebody hid does not come back by the hand of who has a copy (ADR 31).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from services.vault.domain.document import Document
from services.vault.domain.visibility import HIDDEN_FROM_PATIENT, HIDING
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Cover:
    """``since``: from when the time counts that it may be hidden from the person; that of the
    first of the others."""

    codes: tuple[str, ...] = ()
    since: datetime | None = None

    @classmethod
    def over(cls, others: Collection[Document], former: Document | None, by: Actor) -> Self:
        """``others``: with the same bytes; ``former``: the version it replaces. What the person
        puts in they say themselves who sees."""
        if by.principal.acts_for_person:
            return cls()
        codes = {code for other in others for code in other.confidentiality}
        codes |= {*former.cover} if former else set()
        untold = [d for d in others if HIDDEN_FROM_PATIENT in d.confidentiality]
        untold += [former] if former and HIDDEN_FROM_PATIENT in former.cover else []
        since = [d.hidden_since for d in untold if d.hidden_since]
        return cls(codes=tuple(sorted(codes & HIDING)), since=min(since, default=None))


UNCOVERED = Cover()
