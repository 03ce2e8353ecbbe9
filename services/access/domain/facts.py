"""The facts a decision rests on: what the rights say of one actor at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.access.domain.grants import CareTeam, Consent
from services.access.domain.protection import EVERYBODY
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind

DOCTOR = "10"
"""Profession of doctors (TRE_G15)."""
UNKNOWN = "unknown"
"""Status of a record access has never heard of."""
NO_SWITCH = {"regulation": False, "break_glass": False, "masked": False}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question: may this actor do that, in this mode, now?

    ``action``: read, feed or manage. ``mode``: normal, break_glass or regulation.
    """

    principal: Mapping[str, Any]
    """As :func:`principal_for`."""
    action: str
    mode: str
    session: UUID | None
    at: datetime
    through_software: bool = False
    """A facility's software asks, naming the professional."""


def principal_for(actor: Actor) -> dict[str, Any]:
    """What is known of an actor: codes and ids, kept with the decision as judged. ``named``: the
    professional whom a facility's software names."""
    return {
        "kind": actor.kind.value,
        "national_id": actor.id,
        "name": actor.id if actor.is_service else "",
        "record": str(actor.record_id or ""),
        "profession": actor.profession or "",
        "qualifiers": [q for q in (actor.specialty, actor.pharmacist_section) if q],
        "facility": actor.facility or "",
        "sector": _sector(actor),
        "student": _is_student(actor),
        "secret": actor.secret,
        "regulation": actor.regulation,
        "mandated": actor.mandate is not None,
        "physician_present": actor.physician_present,
        "named": actor.on_behalf_of.id if actor.on_behalf_of else "",
    }


def _sector(actor: Actor) -> str:
    """``SA07^1.2.250.1.71.4.2.4`` of Pro Santé Connect, without its code system."""
    return str(actor.claims.get("Secteur_Activite") or "").partition("^")[0]


def _is_student(actor: Actor) -> bool:
    """Category ``E`` (étudiant) of the work situation: not a professional in practice."""
    situation = actor.claims.get("exercice") or {}
    return situation.get("codeCategorieProfessionnelle") == "E"


def principal_of(caller: Actor, action: str) -> Actor:
    """Who is judged: a facility's software that names a professional reads as that person."""
    named = caller.on_behalf_of
    if caller.kind is ActorKind.FACILITY and action == "read" and named:
        return named
    return caller


def facts_for(rights: Rights | None, asked: Asked) -> dict[str, Any]:
    """Plain JSON, instants in milliseconds of the Unix epoch, as Cedar compares whole numbers.

    Grants that have ended are given with their end: that they count no more is a rule's to say.
    """
    facts: dict[str, Any] = {
        "now": millis(asked.at),
        "mode": asked.mode,
        "record_status": UNKNOWN,
        "blocked": False,
        "roles": [],
        "represents": False,
        "representation_suspended": False,
        "identity_qualified": False,
        "through_software": asked.through_software,
        "switches": dict(NO_SWITCH),
        "feeding_opposed": False,
    }
    if rights is None:
        return facts
    who, facility = rights.acting_as(asked.principal["national_id"]), asked.principal["facility"]
    # A decision from before software was asked for whom it feeds has nobody named.
    feeders = {EVERYBODY, who, facility, asked.principal.get("named", "")}
    facts |= {
        "record_status": rights.status or UNKNOWN,
        "blocked": who in rights.blocks,
        "roles": roles_of(rights, who),
        "represents": who in (*rights.representatives, *rights.second_representatives),
        "representation_suspended": who in rights.suspended,
        "identity_qualified": rights.identity_qualified,
        "switches": dict(rights.switches),
        "feeding_opposed": bool(feeders & rights.feeding_oppositions.keys()),
    }
    if rights.majority_at:
        facts["majority_at"] = millis(rights.majority_at)
    if consent := latest_consent(rights, who, facility):
        facts["consent"] = {"valid_until": millis(consent["valid_until"])}
    if team := latest_care_team(rights, who, facility):
        facts["care_team"] = {"expected_end": millis(team["expected_end"])}
    if caregiving := rights.caregiving(who):
        ends_at = caregiving["ends_at"]
        facts["caregiving"] = {"ends_at": millis(ends_at)} if ends_at else {}
    session = rights.sessions.get(str(asked.session))
    if session and session["professional"] == who:
        facts["session"] = {
            "ends_at": millis(session["ends_at"]),
            "reason_given": bool(session["reason"]),
        }
    return facts


def latest_consent(rights: Rights, professional: str, facility: str | None) -> Consent | None:
    """The consent that ends last, given to the professional or to the facility they act for."""
    given = [rights.consents.get(professional), rights.consents.get(facility or "")]
    return max((c for c in given if c), key=lambda c: c["valid_until"], default=None)


def latest_care_team(rights: Rights, professional: str, facility: str | None) -> CareTeam | None:
    """The team, of the facility they act for now, that names them and ends last.

    One person may have several work situations: rights are those of the one chosen.
    """
    teams = [
        team
        for team in rights.care_teams.values()
        if professional in team["members"] and team["facility"] == facility and not team["opposed"]
    ]
    return max(teams, key=lambda t: t["expected_end"], default=None)


def roles_of(rights: Rights, professional: str) -> list[str]:
    roles = ["administrator"] if professional in rights.administrators else []
    return roles + ["treating_doctor"] * (rights.treating_doctor == professional)


def holds_role(rights: Rights, who: Actor) -> bool:
    """An administrator, or a treating doctor who is a doctor (CSP L1111-16)."""
    roles = roles_of(rights, who.id)
    return "administrator" in roles or ("treating_doctor" in roles and who.profession == DOCTOR)


def may_act(rights: Rights, who: Actor, at: datetime) -> bool:
    """Whether a professional holds access now, without asking the person again."""
    consent = latest_consent(rights, who.id, who.facility)
    team = latest_care_team(rights, who.id, who.facility)
    return who.id not in rights.blocks and bool(
        holds_role(rights, who)
        or (consent and at < consent["valid_until"])
        or (team and at < team["expected_end"])
    )


def represented_by(rights: Rights, person: str, at: datetime) -> bool:
    """Representatives act until the instant of majority, not a moment more."""
    who = rights.acting_as(person)
    known = who in (*rights.representatives, *rights.second_representatives)
    of_age = rights.majority_at is not None and rights.majority_at <= at
    return known and who not in rights.suspended and not of_age


def millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
