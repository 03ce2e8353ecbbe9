"""One line of the table: what, for whom, from when to when, why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from services.agenda.domain.prevention.season import Season
from shared.kernel.periods import Period


class Kind(StrEnum):
    CHILD_EXAM = "child_exam"
    VACCINE = "vaccine"
    SCREENING = "screening"
    DENTAL = "dental"
    BILAN = "bilan"


class Requirement(StrEnum):
    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    SUGGESTED = "suggested"
    MAY_BE_PROPOSED = "may_be_proposed"


class Fact(StrEnum):
    """What a person or a professional said in the profile that a rule depends on."""

    PREGNANT = "pregnant"
    CHRONIC_DISEASE = "chronic_disease"
    CHRONIC_HEART_LUNG = "chronic_heart_lung"
    IMMUNOSUPPRESSED = "immunosuppressed"
    BREAST_HIGH_RISK = "breast_high_risk"
    COLORECTAL_HIGH_RISK = "colorectal_high_risk"


@dataclass(frozen=True)
class Delay:
    """``HPV-1+P5M/P13M``: from five months after that rule (or act) was done, due until 13."""

    of: str
    least: Period
    most: Period | None

    @classmethod
    def parse(cls, text: str) -> "Delay":
        of, _, periods = text.partition("+")
        least, _, most = periods.partition("/")
        return cls(of, Period.parse(least), Period.parse(most) if most else None)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``id`` names the rule, ``code`` the act: doses of one vaccine are several rules.

    ``start`` to ``end`` is when it is to be done, ``catch_up`` until when it still may be (ages,
    reached days; ends excluded). ``after``: another rule that comes first. ``spaced``: not within
    that time of another act. ``every``: again after that time; ``season``: once each time.
    ``counted_from``: doses given before that age do not count. ``needs``, ``unless``: facts, or
    conditions of earlier doses as in :mod:`services.agenda.domain.prevention.acts`.
    ``from_pregnancy``: ages are those of the pregnancy (weeks of amenorrhoea).
    """

    id: str
    code: str
    kind: Kind
    label: str
    sexes: str
    start: Period
    end: Period
    catch_up: Period | None
    requirement: Requirement
    mandatory_until: Period | None
    born_from: date | None
    mandatory_born_from: date | None
    dose: int
    counted_from: Period
    after: Delay | None
    spaced: Delay | None
    every: Period | None
    season: Season | None
    needs: tuple[str, ...]
    unless: tuple[str, ...]
    from_pregnancy: bool
    why: str
    source: str

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "Rule":
        """A row of the table. Raises :class:`ValueError` naming the rule."""
        try:
            return cls._of(row)
        except (ValueError, KeyError) as wrong:
            raise ValueError(f"rule {row.get('rule')}: {wrong}") from None

    @classmethod
    def _of(cls, row: Mapping[str, str]) -> "Rule":
        return cls(
            id=row["rule"],
            code=row["code"],
            kind=Kind(row["kind"]),
            label=row["label_fr"],
            sexes=row["sex"],
            start=Period.parse(row["from"]),
            end=Period.parse(row["before"]),
            catch_up=_maybe(row["catch_up_before"]),
            requirement=Requirement(row["requirement"]),
            mandatory_until=_maybe(row["mandatory_before"]),
            born_from=_day(row["born_from"]),
            mandatory_born_from=_day(row["mandatory_born_from"]),
            dose=int(row["dose"] or 1),
            counted_from=_maybe(row["counted_from"]) or Period(0, "D"),
            after=Delay.parse(row["after"]) if row["after"] else None,
            spaced=Delay.parse(row["spaced"]) if row["spaced"] else None,
            every=_maybe(row["every"]),
            season=Season.parse(row["season"]) if row["season"] else None,
            needs=tuple(row["needs"].split()),
            unless=tuple(row["unless"].split()),
            from_pregnancy=row["anchor"] == "pregnancy",
            why=row["why_fr"],
            source=row["source"],
        )


@dataclass(frozen=True)
class Table:
    """The rules in order, and which vaccine codes stand for which acts."""

    rules: tuple[Rule, ...]
    vaccines: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        if len(self.by_id) != len(self.rules):
            raise ValueError("two rules have the same name")
        for rule in self.rules:
            if rule.after and rule.after.of not in self.by_id:
                raise ValueError(f"rule {rule.id}: comes after a rule that is not there")
            if rule.spaced and rule.spaced.of not in self.codes:
                raise ValueError(f"rule {rule.id}: is spaced from an act that is not there")

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(rule.code for rule in self.rules)

    def acts_of(self, vaccine: str) -> Iterable[str]:
        """The acts a vaccine code counts for; itself if it is one."""
        known = self.vaccines.get(vaccine.upper(), ())
        return known or ((vaccine,) if vaccine in self.codes else ())


def _maybe(text: str) -> Period | None:
    return Period.parse(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
