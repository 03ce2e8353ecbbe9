"""What agenda does when identity and the profile speak."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.agenda.application import Agenda
from services.agenda.domain.origin import SECRET
from services.agenda.domain.prevention.rule import Fact
from services.agenda.domain.prevention_plan import Codes, Told, Vaccination
from shared.eventing.kin import on_records_merged, on_records_split
from shared.eventing.received import Received
from shared.kernel.french import FRANCE
from shared.stores.event_log import Outcome

FOLLOWS = ("identity", "profile")
VACCINATIONS = "vaccinations"
"""Section of the profile that the plan rests on."""

FACTS: Mapping[str, Fact] = {
    **{fact.value: fact for fact in Fact},
    "colorectal_family_history": Fact.COLORECTAL_HIGH_RISK,
}
"""Words of questionnaires, and what they are to the rules."""
EVERYBODY = {"N"}
"""Code of what nobody is kept from."""

OPEN = "open"
"""Status of a record whose person is told of what is due."""

Decided = Outcome[Any] | None


def on_opened(app: Agenda, received: Received) -> Decided:
    return app.begin(received.record) if received.record else None


def on_closed(app: Agenda, received: Received) -> Decided:
    return app.pause(received.record) if received.record else None


def on_death_revoked(app: Agenda, received: Received) -> Decided:
    """The record is again what it was, which may be closed."""
    return on_opened(app, received) if received.data["status"] == OPEN else None


def on_merged(app: Agenda, received: Received) -> Decided:
    """What is the source's is served under the target, whose plan alone is told of."""
    return _both(on_records_merged(app, received), app.pause(UUID(received.data["source"])))


def on_split(app: Agenda, received: Received) -> Decided:
    """The source has its own plan again, unless its record is closed."""
    apart = on_records_split(app, received)
    if received.data["source_status"] != OPEN:
        return apart
    return _both(apart, app.begin(UUID(received.data["source"])))


def on_entry(app: Agenda, received: Received) -> Decided:
    """An entry added or changed; some changes are of who may see it alone."""
    data = received.data
    if received.record is None or data["section"] != VACCINATIONS:
        return None
    entry, codes = UUID(data["entry_id"]), _codes(data)
    if data.get("visibility_only"):
        return app.hide_vaccination(received.record, entry, codes)
    if data["code"] is None:
        return app.forget_vaccination(received.record, entry)
    known = Vaccination(data["code"], _day(data["date"]), codes)
    return app.know_vaccination(received.record, entry, known)


def on_entry_removed(app: Agenda, received: Received) -> Decided:
    if received.record is None or received.data["section"] != VACCINATIONS:
        return None
    return app.forget_vaccination(received.record, UUID(received.data["entry_id"]))


def on_questionnaire(app: Agenda, received: Received) -> Decided:
    """Facts that rules of prevention depend on; other answers are no business of ours, nor is a
    draft.
    """
    data = received.data
    if received.record is None or not data["final"]:
        return None
    facts = tuple(sorted({FACTS[word] for word in data["facts"] if word in FACTS}))
    on = received.occurred_at.astimezone(FRANCE).date()
    told = Told(facts, on, _codes(data), _since(data.get("since", {}), on))
    return app.know_facts(received.record, data["questionnaire"], told)


POLICIES: Mapping[str, Callable[[Agenda, Received], Decided]] = {
    "identity.record_opened": on_opened,
    "identity.record_activated": on_opened,
    "identity.record_reopened": on_opened,
    "identity.suspension_lifted": on_opened,
    "identity.record_suspended": on_closed,
    "identity.record_closed": on_closed,
    "identity.death_declared": on_closed,
    "identity.death_revoked": on_death_revoked,
    "identity.records_merged": on_merged,
    "identity.records_split": on_split,
    "profile.profile_entry_added": on_entry,
    "profile.profile_entry_changed": on_entry,
    "profile.profile_entry_removed": on_entry_removed,
    "profile.questionnaire_answered": on_questionnaire,
}


def _both(one: Decided, other: Decided) -> Decided:
    if one is None or other is None:
        return one or other
    return replace(one, save=[*one.save, *other.save])


def _since(said: Mapping[str, str], on: date) -> tuple[tuple[Fact, date], ...]:
    """What is said to begin after the day it was said is left undated."""
    known = {FACTS[word]: date.fromisoformat(day) for word, day in said.items() if word in FACTS}
    return tuple((fact, known[fact]) for fact in sorted(known) if known[fact] <= on)


def _codes(data: Mapping[str, Any]) -> Codes:
    """Those of the entry, and that of a secret session whatever it wrote."""
    secret = {SECRET} if data["secret"] else set()
    return tuple(sorted({*data["confidentiality"], *secret} - EVERYBODY))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
