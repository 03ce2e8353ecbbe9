"""What an auditor should look at: rules as data, each explained, run over what was told.

A finding accuses nobody: it says what was seen, by which rule, and where each fact stands.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.audit.domain.lines import is_of_a_double, is_shown_list
from services.audit.domain.told import Told
from shared.kernel.actor import ActorKind

_PARIS = ZoneInfo("Europe/Paris")
_DECIDED = "access.access_decided"
_KEYS_KEPT = 50_000
"""Keys of a window before those that are past are dropped: memory does not grow with the log. Where
more are recent, at twice as many as were: each is looked at once more, not once for each fact."""


class Likeness(Protocol):
    """Compares names and never tells them."""

    def is_own(self, professional: str, record: UUID) -> bool: ...

    def same_family(self, professional: str, record: UUID) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``within``: how long facts count together. ``at_least``: how many of them make a finding."""

    name: str
    watches: str
    within: timedelta
    at_least: int
    explanation_en: str
    explanation_fr: str
    confidence: str


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """``records``: those concerned. ``places``: the facts, as ``prove`` takes them."""

    rule: Rule
    at: datetime
    who: str
    records: Sequence[UUID]
    places: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule.name,
            "at": self.at.isoformat(),
            "who": self.who,
            "records": [str(record) for record in self.records],
            "places": list(self.places),
            "explanation_en": self.rule.explanation_en,
            "explanation_fr": self.rule.explanation_fr,
            "confidence": self.rule.confidence,
        }


Watch = Callable[[Told], Iterator[Suspicion]]


def suspicions(
    heard: Iterable[Told], rules: Iterable[Rule], likeness: Likeness
) -> Iterator[Suspicion]:
    """In one pass, in the order of what was told."""
    watches = [_WATCHES[rule.watches](rule, likeness) for rule in rules]
    for told in heard:
        if not told.erased:
            for watch in watches:
                yield from watch(told)


def reads(told: Told) -> bool:
    """A professional was let in to read, or shown a list: its titles and types are health data,
    and who goes through many records needs to open nothing. A facility's software reads for one.
    """
    seen = told.type == _DECIDED and (told.data["permit"] or is_shown_list(told.data))
    return seen and _is_of_documents(told) and "professional" in _kinds(told.by)


def _is_refusal(told: Told) -> bool:
    refused = told.type == _DECIDED and not told.data["permit"] and not told.data["listing"]
    return refused and _is_of_documents(told)


def _is_of_documents(told: Told) -> bool:
    """Somebody wanted to read them, and was answered."""
    data = told.data
    return (
        data["action"] == "read"
        and data["kind"] == "document"
        and data["via"] != "audit"
        and not is_of_a_double(data)
    )


def _kinds(by: Mapping[str, Any] | None) -> set[str]:
    found: set[str] = set()
    while by:
        found.add(str(by.get("kind")))
        by = by.get("on_behalf_of")
    return found


def professional_of(told: Told) -> str:
    """The national id of the professional who acted, or whom a software named."""
    by: Mapping[str, Any] | None = told.by
    while by:
        if by.get("kind") == ActorKind.PROFESSIONAL:
            return str(by.get("id"))
        by = by.get("on_behalf_of")
    return ""


class _Window:
    """Facts of each key that are not older than so long."""

    def __init__(self, within: timedelta) -> None:
        self._within = within
        self._facts: dict[str, deque[Told]] = {}
        self._room = _KEYS_KEPT

    def add(self, key: str, told: Told) -> deque[Told]:
        if len(self._facts) > self._room:
            self._facts = {k: d for k, d in self._facts.items() if self._recent(d[-1], told)}
            self._room = max(_KEYS_KEPT, 2 * len(self._facts))
        facts = self._facts.setdefault(key, deque())
        facts.append(told)
        while not self._recent(facts[0], told):
            facts.popleft()
        return facts

    def of(self, key: str, now: Told) -> list[Told]:
        return [told for told in self._facts.get(key, ()) if self._recent(told, now)]

    def forget(self, key: str) -> None:
        self._facts.pop(key, None)

    def _recent(self, told: Told, now: Told) -> bool:
        return now.at - told.at <= self._within


def _counting(
    fits: Callable[[Told], bool],
    key_of: Callable[[Told], str],
    thing_of: Callable[[Told], object],
) -> Callable[[Rule, Likeness], Watch]:
    """So many different things of one key within the window; then it counts anew."""

    def build(rule: Rule, _: Likeness) -> Watch:
        window = _Window(rule.within)

        def watch(told: Told) -> Iterator[Suspicion]:
            if not fits(told) or not (key := key_of(told)):
                return
            facts = window.add(key, told)
            if len({thing_of(fact) for fact in facts}) >= rule.at_least:
                yield _raised(rule, key, list(facts))
                window.forget(key)

        return watch

    return build


def _reading_many(rule: Rule, likeness: Likeness) -> Watch:
    """Not counting one's own patients: a decision on one document says that it was made for their
    treating doctor; of a list, which is of many rights, the last who was named says so."""
    doctors: dict[UUID, str] = {}
    count = _counting(reads, lambda t: t.who, lambda t: t.record)(rule, likeness)

    def watch(told: Told) -> Iterator[Suspicion]:
        if told.type == "access.treating_doctor_named" and told.record:
            doctors[told.record] = told.data["professional"]
        elif not _is_of_own_patient(told, doctors):
            yield from count(told)

    return watch


def _is_of_own_patient(told: Told, doctors: Mapping[UUID, str]) -> bool:
    if told.record and told.data.get("listing"):
        return doctors.get(told.record) == professional_of(told)
    return told.data.get("right") == "treating_doctor"


def _naming(alike: Callable[[Likeness, str, UUID], bool]) -> Callable[[Rule, Likeness], Watch]:
    """Once for each professional and record, however often it is read."""

    def build(rule: Rule, likeness: Likeness) -> Watch:
        raised: set[tuple[str, UUID]] = set()

        def watch(told: Told) -> Iterator[Suspicion]:
            who = professional_of(told)
            if not (reads(told) and who and told.record) or (who, told.record) in raised:
                return
            if alike(likeness, who, told.record):
                raised.add((who, told.record))
                yield _raised(rule, told.who, [told])

        return watch

    return build


def _at_unusual_hour(rule: Rule, _: Likeness) -> Watch:
    habits: dict[str, list[int]] = {}

    def watch(told: Told) -> Iterator[Suspicion]:
        who = professional_of(told)
        if not (reads(told) and who):
            return
        hour = told.at.astimezone(_PARIS).hour
        hours = habits.setdefault(who, [0] * 24)
        near = sum(hours[(hour + shift) % 24] for shift in (-1, 0, 1))
        if sum(hours) >= rule.at_least and near == 0:
            yield _raised(rule, told.who, [told])
        hours[hour] += 1

    return watch


def _after_refusal(rule: Rule, _: Likeness) -> Watch:
    refused = _Window(rule.within)

    def watch(told: Told) -> Iterator[Suspicion]:
        key = f"{professional_of(told)}/{told.record}"
        if _is_refusal(told):
            refused.add(key, told)
        elif told.type == "access.glass_broken":
            before = refused.of(key, told)
            if len(before) >= rule.at_least:
                yield _raised(rule, told.who, [*before, told])
                refused.forget(key)

    return watch


def _raised(rule: Rule, who: str, facts: Sequence[Told]) -> Suspicion:
    records = sorted({fact.record for fact in facts if fact.record}, key=str)
    return Suspicion(
        rule=rule,
        at=facts[-1].at,
        who=who,
        records=records,
        places=[fact.place for fact in facts],
    )


def _is(type_: str) -> Callable[[Told], bool]:
    return lambda told: told.type == type_


def _facility(told: Told) -> str:
    found = told.data.get("facility") or told.by.get("facility") or ""
    return f"facility:{found}" if found else ""


_EMERGENCY = _is("access.glass_broken")
_WATCHES: Mapping[str, Callable[[Rule, Likeness], Watch]] = {
    "emergencies_of_actor": _counting(_EMERGENCY, lambda t: t.who, lambda t: t.place),
    "emergencies_of_facility": _counting(_EMERGENCY, _facility, lambda t: t.place),
    "records_of_actor": _reading_many,
    "own_name": _naming(lambda likeness, who, record: likeness.is_own(who, record)),
    "same_family_name": _naming(
        lambda likeness, who, record: (
            likeness.same_family(who, record) and not likeness.is_own(who, record)
        )
    ),
    "hour_of_actor": _at_unusual_hour,
    "refusal_before_emergency": _after_refusal,
    "far_apart": _counting(
        lambda t: t.type == "prescription.prescription_presented" and bool(t.data["far_apart"]),
        lambda t: t.who,
        lambda t: t.place,
    ),
    "numbers_of_actor": _counting(
        _is("prescription.number_refused"), lambda t: t.who, lambda t: t.place
    ),
}
