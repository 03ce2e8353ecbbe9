"""What each reader may know of a decision; nothing that would show what is hidden from them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from services.access.domain.decision import Decision
from services.access.domain.errors import NotYours
from services.access.domain.fact_sentences import told
from services.access.domain.facts import facts_for, represented_by
from services.access.domain.redecision import asked_in
from services.access.domain.rights import Rights
from services.access.domain.rules import Rules
from services.access.domain.secrecy import holds_secrets, in_the_open
from services.access.domain.sentences import GENERIC_EN, conceals
from shared.kernel.actor import Actor, ActorKind, in_secret
from shared.kernel.gate import GENERIC_FR

HIDDEN_FROM = {
    ActorKind.PATIENT: {"INVISIBLE_PATIENT"},
    ActorKind.REPRESENTATIVE: {"INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"},
    ActorKind.CAREGIVER: {"INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"},
}


NO_RECORD = UUID(int=0)
"""RFC 9562, 5.9: stands for none."""


def explanation(
    decision: Decision,
    rights: Rights | None,
    rules: Rules,
    reader: Actor,
    now: datetime,
    then: Callable[[], Rights | None],
) -> dict[str, Any]:
    """Raise :class:`NotYours` for a reader who is not concerned. ``then``: the rights it was
    decided on."""
    _require_reader(decision, rights, reader, now)
    made = decision.made
    concealed = _is_concealed(decision, rules, reader)
    named = [] if concealed or made["listing"] else made["verdicts"][0]["rules"]
    return {
        "decision_id": decision.id,
        "record_id": NO_RECORD if concealed else made["subject"],
        "decided_at": made["at"],
        "actor": _actor_told(decision, concealed=concealed),
        "action": made["action"],
        "mode": made["mode"],
        "permit": all(v["permit"] for v in made["verdicts"]) and not made["listing"],
        "rules": [_rule(rules, name) for name in named if name in rules.by_id],
        "facts": [] if concealed else told(_facts_told(decision, reader, then)),
        "reason_fr": GENERIC_FR if concealed else made["reason_fr"],
        "reason_en": GENERIC_EN if concealed else made["reason_en"],
        "resource": None if concealed else _resource(decision, reader),
        "items": len(_items_told(decision, reader)),
    }


def _require_reader(
    decision: Decision, rights: Rights | None, reader: Actor, now: datetime
) -> None:
    same_record = _is_of(decision, reader)
    if reader.kind is ActorKind.AUDITOR or _is_actor(decision, reader):
        return
    if reader.kind is ActorKind.PATIENT and same_record:
        return
    if reader.kind is ActorKind.REPRESENTATIVE and same_record and rights:
        secret = in_secret(decision.by) or _hides(decision, reader)
        if represented_by(rights, reader.id, now) and not secret:
            return
    raise NotYours


def _is_concealed(decision: Decision, rules: Rules, reader: Actor) -> bool:
    """Who was refused reads no reason, or what is refused and what does not exist would be told
    apart; but people of their own record, where the reason shows nothing hidden."""
    refused = not any(verdict["permit"] for verdict in decision.made["verdicts"])
    if not refused or not _is_actor(decision, reader):
        return False
    return not _is_of(decision, reader) or conceals(decision.made["verdicts"][0], rules)


def _is_of(decision: Decision, reader: Actor) -> bool:
    """The record that the reader's token is for."""
    return str(reader.record_id or "") == str(decision.made["subject"])


def _is_actor(decision: Decision, reader: Actor) -> bool:
    concerned = {(decision.by["kind"], decision.by["id"])}
    concerned.add((decision.made["principal"]["kind"], decision.made["principal"]["national_id"]))
    return (reader.kind.value, reader.id) in concerned


def _actor_told(decision: Decision, *, concealed: bool) -> dict[str, Any]:
    """That a refusal rests on a secret session would say that there is one."""
    return {
        name: said for name, said in decision.by.items() if not (concealed and name == "secret")
    }


def _hides(decision: Decision, reader: Actor) -> bool:
    codes = {code for item in decision.made["items"] for code in item.get("confidentiality", ())}
    return bool(codes & HIDDEN_FROM.get(reader.kind, set()))


def _facts_told(
    decision: Decision, reader: Actor, then: Callable[[], Rights | None]
) -> dict[str, Any]:
    """To representatives without those that came of a secret session, which decided nothing."""
    facts, rights = decision.made["facts"], None
    if reader.kind is ActorKind.REPRESENTATIVE:
        rights = then()
    if rights is None or not holds_secrets(rights):
        return facts
    asked = asked_in(decision)
    known, seen = facts_for(rights, asked), facts_for(in_the_open(rights), asked)
    return {name: fact for name, fact in facts.items() if known.get(name) == seen.get(name)}


def _resource(decision: Decision, reader: Actor) -> dict[str, Any] | None:
    """Auditors see health data, which a document's type is, only beside a physician."""
    without_physician = reader.kind is ActorKind.AUDITOR and not reader.physician_present
    if decision.made["listing"] or without_physician or _hides(decision, reader):
        return None
    return decision.made["items"][0]


def _items_told(decision: Decision, reader: Actor) -> list[Any]:
    """Of a list, what was shown; how much was withheld is for auditors alone."""
    made = decision.made
    if reader.kind is ActorKind.AUDITOR or not made["listing"]:
        return made["items"]
    concealed = HIDDEN_FROM.get(reader.kind, set())
    return [
        item
        for item, verdict in zip(made["items"], made["verdicts"], strict=True)
        if verdict["permit"] and not concealed & {*item.get("confidentiality", ())}
    ]


def _rule(rules: Rules, name: str) -> dict[str, Any]:
    rule = rules.by_id[name]
    return {"id": name, "law": rule.law, "permits": rule.permits, "fr": rule.fr, "en": rule.en}
