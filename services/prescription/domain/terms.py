"""What a line lets leave, and when: kinds of product with their rules, which are data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from services.prescription.domain.marks import Mark
from shared.kernel.errors import InvalidRequest
from shared.kernel.periods import Period


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The rules of one kind of product (``data/kinds.csv``).

    ``first_within``: for the first delivery. ``lasts``: the longest validity. ``starts_within``:
    days; later, the fractions that have run by are lost. ``fractions``: days a fraction may have;
    empty: none. ``exceptional``: how many exceptional renewals. ``usual_days``, ``most_days``: of
    treatment that may leave at once, as a rule and at the very most.
    """

    code: str
    display: str
    first_within: Period
    lasts: Period
    starts_within: int | None
    fractions: tuple[int, ...]
    max_renewals: int
    exceptional: int
    usual_days: int | None
    most_days: int | None
    prescribers: frozenset[str]
    dispensers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Product:
    """``system``: OID of the terminology of ``code`` (CIS, CIP, LPP)."""

    label: str
    code: str | None = None
    system: str | None = None


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Ids (root, extension) of a line and of the document that prescribes it."""

    item: tuple[str, str]
    document: tuple[str, str]

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> "Origin":
        return cls(**{name: (root, extension) for name, (root, extension) in data.items()})


@dataclass(frozen=True, kw_only=True)
class Line:
    """``quantity`` leaves at each of ``deliveries``, ``every`` days apart (0: as soon as one is
    finished). ``first_by``: last day of the first delivery; ``until``: last day of all.
    ``starts_within`` and ``exceptional``: as of its kind on the day it was issued. ``origin``: of
    one that was read from a document. ``sufficient`` (q.s.): the prescriber says no quantity, and
    the pharmacist hands over what the treatment needs (CSP R5123-1, R5123-2), so that a delivery
    counts as one, however many packages leave by it. ``opens_on``: nothing leaves before;
    ``renewed_from``: nor does a renewal. ``usual_days`` and ``most_days``: as of its kind.
    """

    number: int
    kind: str
    product: Product
    quantity: int
    deliveries: int
    every: int
    substitutable: bool
    first_by: date
    until: date
    exceptional: int
    dispensers: tuple[str, ...]
    starts_within: int | None = None
    unit: str | None = None
    dosage: str | None = None
    origin: Origin | None = None
    marks: tuple[Mark, ...] = ()
    sufficient: bool = False
    opens_on: date | None = None
    renewed_from: date | None = None
    usual_days: int | None = None
    most_days: int | None = None

    @property
    def total(self) -> int:
        return self.quantity * self.deliveries

    def counted(self, quantity: int) -> int:
        """What a quantity that left takes of the total."""
        return min(quantity, 1) if self.sufficient else quantity

    @property
    def renewable(self) -> bool:
        return self.deliveries > 1 and self.exceptional > 0

    @property
    def most_at_once(self) -> int | None:
        """What leaves on one day at the very most; ``None`` where nobody can know: a delivery may
        be for a week. One whose quantity the pharmacist finds is all that the law lets leave."""
        if self.most_days is None:
            return None
        if self.sufficient:
            return self.quantity
        return self.quantity * max(1, self.most_days // self.every) if self.every else None

    @property
    def usual_at_once(self) -> int | None:
        """What leaves on one day as a rule: one delivery, or those of a month."""
        if self.usual_days is None:
            return None
        return self.quantity * max(1, self.usual_days // (self.every or self.usual_days))

    def allowed(self, issued: date, first: date | None, today: date) -> int:
        """How much may have left by ``today``; ``first``: day of the first delivery, if any.

        Fractions and renewals open one after the other, counted from the first delivery; those
        that ran by before a late first delivery are lost.
        """
        begun = first or today
        if first is None and today > self.first_by:
            return 0
        if today > self.until or (self.opens_on and today < self.opens_on):
            return 0
        opened = self._opened(issued, begun, today)
        if self.renewed_from and today < self.renewed_from:
            opened = min(1, opened)
        return self.quantity * opened

    def _opened(self, issued: date, begun: date, today: date) -> int:
        if not self.every:
            return self.deliveries
        late = (begun - issued).days
        is_late = self.starts_within is not None and late > self.starts_within
        lost = late // self.every if is_late else 0
        return max(0, min(self.deliveries - lost, (today - begun).days // self.every + 1))

    def to_event(self) -> dict[str, Any]:
        kept = {name: value for name, value in asdict(self).items() if value is not None}
        return kept | {
            "origin": self.origin and {k: list(pair) for k, pair in vars(self.origin).items()},
            "product": {k: v for k, v in kept["product"].items() if v is not None},
            "dispensers": list(self.dispensers),
            "marks": [mark.value for mark in self.marks],
        }

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> "Line":
        return cls(
            **{
                **data,
                "product": Product(**data["product"]),
                "origin": data["origin"] and Origin.from_event(data["origin"]),
                "dispensers": tuple(data["dispensers"]),
                "marks": tuple(Mark(mark) for mark in data["marks"]),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A line as the prescriber writes it. ``fraction_days`` for what is dispensed in fractions:
    ``quantity`` is then that of one fraction and ``fractions`` how many. ``renewals``: none where
    the line says nothing of them; ``unlimited``: as often as its kind allows. ``renewed_from`` and
    ``until``: the time in which it is renewed. ``sufficient``: as of :class:`Line`."""

    kind: str
    product: Product
    quantity: int
    renewals: int | None = 0
    unlimited: bool = False
    until: date | Period | None = None
    renewed_from: date | None = None
    every: int = 0
    fraction_days: int | None = None
    fractions: int = 1
    substitutable: bool = True
    unit: str | None = None
    dosage: str | None = None
    origin: Origin | None = None
    marks: tuple[Mark, ...] = ()
    sufficient: bool = False


GLASSES = "glasses"
_GLASSES_YEARS = ((16, 1), (43, 5), (200, 3))
"""Below that age, years of validity (CSP D4362-12-1, from memory)."""


def accepted(
    wanted: Wanted,
    number: int,
    kinds: Mapping[str, Kind],
    *,
    profession: str,
    issued: date,
    until: date | None,
    born: date | None,
    ends: date | None = None,
    opens: date | None = None,
) -> Line:
    """The line with its terms, which run from the day it was ``issued``. ``until``: the end that
    is asked for; ``ends``: that the document sets; ``opens``: its beginning, if later. Raises
    :class:`InvalidRequest` naming the field."""
    kind = kinds.get(wanted.kind)
    if kind is None:
        raise wrong(number, "kind", "unknown code")
    if profession not in kind.prescribers:
        raise wrong(number, "kind", "this profession may not prescribe it")
    deliveries, every = _deliveries(wanted, kind, number)
    last = _last_day(kind, issued, born)
    if until is not None and not issued <= until <= last:
        raise InvalidRequest(fields={"valid_until": f"is not between today and {last}"})
    last = min(until or last, ends or last, _end_of_renewals(wanted, number, issued) or last)
    return Line(
        number=number,
        kind=kind.code,
        product=wanted.product,
        quantity=wanted.quantity,
        deliveries=deliveries,
        every=every,
        substitutable=wanted.substitutable,
        first_by=min(last, kind.first_within.last_day(issued)),
        until=last,
        starts_within=kind.starts_within,
        exceptional=kind.exceptional,
        dispensers=tuple(sorted(kind.dispensers)),
        unit=wanted.unit,
        dosage=wanted.dosage,
        origin=wanted.origin,
        marks=wanted.marks,
        sufficient=wanted.sufficient,
        opens_on=_later(opens, issued),
        renewed_from=_later(wanted.renewed_from, issued),
        usual_days=kind.usual_days,
        most_days=kind.most_days,
    )


def _later(day: date | None, issued: date) -> date | None:
    return day if day and day > issued else None


def _end_of_renewals(wanted: Wanted, number: int, issued: date) -> date | None:
    end = wanted.until.last_day(issued) if isinstance(wanted.until, Period) else wanted.until
    if end and end < issued:
        raise wrong(number, "renewals", "the time in which it is renewed is over")
    return end


def _deliveries(wanted: Wanted, kind: Kind, number: int) -> tuple[int, int]:
    if kind.fractions:
        if wanted.fraction_days not in kind.fractions:
            raise wrong(number, "fraction_days", f"is one of {list(kind.fractions)}")
        if wanted.renewals or wanted.unlimited:
            raise wrong(number, "renewals", "is not renewed")
        return wanted.fractions, wanted.fraction_days or 0
    if wanted.fraction_days is not None or wanted.fractions != 1:
        raise wrong(number, "fraction_days", "is not dispensed in fractions")
    renewals = kind.max_renewals if wanted.unlimited else wanted.renewals or 0
    if renewals > kind.max_renewals:
        raise wrong(number, "renewals", f"is {kind.max_renewals} at most")
    return 1 + renewals, wanted.every


def _last_day(kind: Kind, issued: date, born: date | None) -> date:
    last = kind.lasts.last_day(issued)
    if kind.code != GLASSES or born is None:
        return last
    age = issued.year - born.year - ((issued.month, issued.day) < (born.month, born.day))
    years = next(years for below, years in _GLASSES_YEARS if age < below)
    return min(last, Period(years, "Y").last_day(issued))


def wrong(number: int, field: str, sentence: str) -> InvalidRequest:
    """Lines are counted from 1, their place in the request from 0."""
    return InvalidRequest(
        "The prescription is not right.", fields={f"lines.{number - 1}.{field}": sentence}
    )
