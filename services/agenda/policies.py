"""What agenda does when identity and the profile speak."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.agenda.application import Agenda
from services.agenda.domain.prevention.rule import Fact
from shared.eventing.received import Received
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome

FOLLOWS = ("identity", "profile")
VACCINATIONS = "vaccinations"
"""Section of the profile that the plan rests on."""

Decided = Outcome[Done] | None


def on_opened(app: Agenda, received: Received) -> Decided:
    return app.begin(received.record) if received.record else None


def on_closed(app: Agenda, received: Received) -> Decided:
    return app.pause(received.record) if received.record else None


def on_erased(app: Agenda, received: Received) -> Decided:
    return app.forget(received.record) if received.record else None


def on_entry(app: Agenda, received: Received) -> Decided:
    """An entry added or changed. One that is hidden counts for the person alone."""
    data = received.data
    if received.record is None or data["section"] != VACCINATIONS:
        return None
    secret = _hidden(data)
    return app.know_vaccination(
        received.record, UUID(data["entry_id"]), data["code"], _day(data["date"]), secret=secret
    )


def on_entry_removed(app: Agenda, received: Received) -> Decided:
    if received.record is None or received.data["section"] != VACCINATIONS:
        return None
    return app.forget_vaccination(received.record, UUID(received.data["entry_id"]))


def on_questionnaire(app: Agenda, received: Received) -> Decided:
    """Facts that rules of prevention depend on; other answers are no business of ours."""
    if received.record is None or "facts" not in received.data:
        return None
    told: Mapping[str, str | None] = received.data["facts"]
    facts = {Fact(name): _day(since) for name, since in told.items() if name in set(Fact)}
    return app.know_facts(received.record, facts, secret=_hidden(received.data))


POLICIES: Mapping[str, Callable[[Agenda, Received], Decided]] = {
    "identity.record_opened": on_opened,
    "identity.record_activated": on_opened,
    "identity.record_reopened": on_opened,
    "identity.suspension_lifted": on_opened,
    "identity.record_suspended": on_closed,
    "identity.record_closed": on_closed,
    "identity.record_erased": on_erased,
    "profile.profile_entry_added": on_entry,
    "profile.profile_entry_changed": on_entry,
    "profile.profile_entry_removed": on_entry_removed,
    "profile.questionnaire_answered": on_questionnaire,
}


def _hidden(data: Mapping[str, Any]) -> bool:
    return bool(data["secret"]) or not data.get("visible", True)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
