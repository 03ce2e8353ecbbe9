"""What a pharmacist did with each line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.prescription.domain.terms import Line, Product


class What(StrEnum):
    DISPENSED = "dispensed"
    SUBSTITUTED = "substituted"
    MODIFIED = "modified"
    EXCEPTIONAL = "exceptional_renewal"
    NOT_DISPENSED = "not_dispensed"
    LATER = "later"


LEAVES = frozenset({What.DISPENSED, What.SUBSTITUTED, What.MODIFIED, What.EXCEPTIONAL})
"""Outcomes by which a quantity leaves the pharmacy."""
_OTHER_PRODUCT = frozenset({What.SUBSTITUTED, What.MODIFIED})


@dataclass(frozen=True, kw_only=True)
class Given:
    """``reason``: a code. ``agreed_by`` and ``agreed_on``: the prescriber (PS_IdNat) who agreed
    to a change, and when."""

    line: int
    what: What
    quantity: int = 0
    product: Product | None = None
    reason: str | None = None
    agreed_by: str | None = None
    agreed_on: date | None = None

    def problems(self, latest: date) -> dict[str, str]:
        """Field to sentence; empty when it is complete. ``latest``: day of an agreement."""
        wrong = {}
        if (self.quantity > 0) != (self.what in LEAVES):
            wrong["quantity"] = "is more than 0 for what leaves, and 0 for what does not"
        if (self.product is not None) != (self.what in _OTHER_PRODUCT):
            wrong["product"] = "is named for a substitution or a change, and for these alone"
        if self.what in {What.MODIFIED, What.NOT_DISPENSED, What.EXCEPTIONAL} and not self.reason:
            wrong["reason"] = "is missing"
        if self.what is What.MODIFIED and not (self.agreed_by and self.agreed_on):
            wrong["agreement"] = "the prescriber's agreement is missing"
        if self.agreed_on and self.agreed_on > latest:
            wrong["agreement"] = "is in the future"
        return wrong

    def to_event(self) -> dict[str, Any]:
        kept = {k: v for k, v in asdict(self).items() if v is not None}
        kept["what"] = self.what.value
        if self.product:
            kept["product"] = {k: v for k, v in asdict(self.product).items() if v is not None}
        return kept

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> "Given":
        product = data.get("product")
        return cls(
            **{
                **data,
                "what": What(data["what"]),
                "product": Product(**product) if product else None,
            }
        )


@dataclass(frozen=True, kw_only=True)
class Dispensation:
    """One delivery. ``handwritten``: products added by hand on the paper, which no line counts.
    ``document_id``: of what the vault keeps of it, once it has it."""

    id: str
    facility: str
    professional: str
    day: date
    given: tuple[Given, ...]
    handwritten: tuple[Product, ...] = ()
    reversed_for: str | None = None
    document_id: UUID | None = None

    @property
    def left(self) -> bool:
        """Whether anything left the pharmacy."""
        return any(given.what in LEAVES for given in self.given)

    def left_with(self, line: Line, *, exceptional: bool) -> int:
        """What left of a line, as it is counted, renewed exceptionally or not; 0 once reversed."""
        if self.reversed_for:
            return 0
        return sum(
            line.counted(g.quantity)
            for g in self.given
            if g.line == line.number
            and g.what in LEAVES
            and (g.what is What.EXCEPTIONAL) == exceptional
        )
