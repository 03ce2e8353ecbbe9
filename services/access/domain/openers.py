"""Who could open a document, said before anybody tries: the same rules, asked in advance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.access.domain.applications import FOR_EVER
from services.access.domain.decision import Grounds, Item, judge
from services.access.domain.facts import Asked, facts_for, principal_for
from services.access.domain.outside import Named
from services.access.domain.rights import Rights
from services.access.domain.rules import Case, Verdict
from services.access.domain.sentences import Reason
from shared.kernel.actor import Actor, ActorKind

_NOBODY = "nobody"
"""Neither the author of anything nor known to any record; empty, it would be the author of all
that names none."""


@dataclass(frozen=True, kw_only=True)
class OfProfession:
    """``if_authorised``: with the person's consent; ``if_emergency``: in a declared emergency."""

    profession: str
    label_fr: str
    if_authorised: bool
    if_emergency: bool


@dataclass(frozen=True, kw_only=True)
class OfProfessional:
    can_open: bool
    why_fr: str


def by_profession(
    record_id: UUID, item: Item, grounds: Grounds, professions: Mapping[str, str], at: datetime
) -> Iterator[OfProfession]:
    """Of a professional nobody knows yet, whoever they may be; specialties aside."""
    for profession, label in professions.items():
        stranger = Actor(kind=ActorKind.PROFESSIONAL, id=_NOBODY, profession=profession)
        asked = Asked(
            principal=principal_for(stranger), action="read", mode="normal", session=None, at=at
        )
        facts = {**facts_for(grounds.rights, asked), "service_stopped": False}
        cell = {
            "read": grounds.matrix.read(
                profession, [], item.get("class") or "", item.get("type") or ""
            ),
            "write": "none",
        }
        seen = {
            "record": str(record_id),
            "kind": item["kind"],
            "scope": "",
            "confidentiality": list(item["confidentiality"]),
            "author": "",
            "facility": "",
        }
        consented = {**facts, "matrix": cell, "consent": {"valid_until": FOR_EVER}}
        session = {"ends_at": FOR_EVER, "reason_given": True}
        emergency = {**facts, "matrix": cell, "mode": "break_glass", "session": session}
        cases = [Case(item=seen, context=consented), Case(item=seen, context=emergency)]
        authorised, urgent = grounds.rules.judge(asked.principal, "read", cases)
        yield OfProfession(
            profession=profession,
            label_fr=label,
            if_authorised=authorised["permit"],
            if_emergency=urgent["permit"],
        )


def by_name(
    rights: Rights,
    professional: str,
    named: Named | None,
    item: Item,
    grounds: Grounds,
    professions: Mapping[str, str],
    at: datetime,
) -> OfProfessional:
    """As what they are, in each situation in which the record knows them."""
    found: list[tuple[Asked, Verdict]] = []
    for facility, session in _situations(rights, professional, at):
        who = Actor(
            kind=ActorKind.PROFESSIONAL,
            id=professional,
            profession=named.profession if named else None,
            specialty=named.specialty if named else None,
            pharmacist_section=named.pharmacist_section if named else None,
            facility=facility,
        )
        asked = Asked(
            principal=principal_for(who),
            action="read",
            mode="break_glass" if session else "normal",
            session=UUID(session) if session else None,
            at=at,
        )
        found.append((asked, judge(rights.record_id, asked, [item], grounds).verdicts[0]))
    asked, verdict = next(((a, v) for a, v in found if v["permit"]), found[0])
    reason = Reason(asked.principal, "read", False, [verdict], grounds.rules)
    return OfProfessional(can_open=verdict["permit"], why_fr=reason.ahead(professions))


def _situations(
    rights: Rights, professional: str, at: datetime
) -> Sequence[tuple[str | None, str | None]]:
    """(facility, session): for themselves, in each team, in each emergency that goes on."""
    teams = {t["facility"] for t in rights.care_teams.values() if professional in t["members"]}
    sessions = [
        i
        for i, s in rights.sessions.items()
        if s["professional"] == professional and at < s["ends_at"]
    ]
    return [(None, None), *((f, None) for f in sorted(teams)), *((None, s) for s in sessions)]


def item_of(attributes: Mapping[str, Any]) -> Item:
    """A document as decisions see one."""
    return {
        "kind": "document",
        "document_id": None,
        "by_patient": False,
        "status": None,
        "scope": None,
        **attributes,
    }
