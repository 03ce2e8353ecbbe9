"""What a record's rights look like to the person, and to the professional who asks."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from services.access.domain.facts import holds_role, latest_care_team, latest_consent, roles_of
from services.access.domain.grants import Invitation
from services.access.domain.rights import Rights
from services.access.domain.secrecy import seen_by
from shared.kernel.actor import Actor

Right = tuple[str, datetime]
"""Its name, and when it ends."""
ALWAYS = datetime.max.replace(tzinfo=UTC)


def rights_view(rights: Rights, reader: Actor, at: datetime) -> dict[str, Any]:
    """Everything, but for a representative nothing that came of a secret session (R1111-50)."""
    rights = seen_by(reader, rights)
    return {
        "status": rights.status,
        "consents": [_open(c) for c in rights.consents.values()],
        "care_teams": [_open(t, team_id=i) for i, t in rights.care_teams.items()],
        "treating_doctor": rights.treating_doctor,
        "administrators": rights.administrators,
        "blocks": [_open(b, professional=p) for p, b in rights.blocks.items()],
        "switches": dict(rights.switches),
        "sessions": [
            _open(s, session=i, review=_review(rights, i)) for i, s in rights.sessions.items()
        ],
        "feeding_oppositions": rights.feeding_oppositions,
        "oppositions_waiting": rights.claimed_oppositions,
        "roles": rights.roles,
        "representatives": rights.representatives,
        "suspended": list(rights.suspended),
        "invitations": [_invitation(i, v, at) for i, v in rights.invitations.items()],
        "delegations": [_open(d, id=i) for i, d in rights.delegations.items()],
    }


def _review(rights: Rights, session: str) -> dict[str, Any] | None:
    """The verdict and why; who gave it stays with the auditors."""
    review = rights.reviews.get(session)
    if review is None:
        return None
    return {name: value for name, value in review.items() if name != "reviewed_by"}


def _invitation(key: str, invitation: Invitation, at: datetime) -> dict[str, Any]:
    expired = invitation["status"] == "waiting" and invitation["expires_at"] <= at
    return {
        "id": key,
        "kind": invitation["kind"],
        "invited": invitation["invited"],
        "status": "expired" if expired else invitation["status"],
        "expires_at": invitation["expires_at"],
    }


def professionals_view(rights: Rights, reader: Actor, at: datetime) -> list[dict[str, Any]]:
    """Who has access now or is shut out, by national id (CSP L1111-19)."""
    rights = seen_by(reader, rights)
    known: dict[str, list[Right]] = {}
    for professional, right in (*_roles(rights), *_grants(rights, at)):
        known.setdefault(professional, []).append(right)
    for professional in rights.blocks:
        known[professional] = [("blocked", ALWAYS)]
    return [_known(professional, known[professional]) for professional in sorted(known)]


def _roles(rights: Rights) -> Iterator[tuple[str, Right]]:
    if rights.treating_doctor:
        yield rights.treating_doctor, ("treating_doctor", ALWAYS)
    for professional in rights.administrators:
        yield professional, ("administrator", ALWAYS)


def _grants(rights: Rights, at: datetime) -> Iterator[tuple[str, Right]]:
    """Those that have an end, and have not reached it."""
    ending = [
        *(
            ("consent", c["valid_until"], [c["grantee"]])
            for c in rights.consents.values()
            if not c["is_facility"]
        ),
        *(
            ("care_team", t["expected_end"], t["members"])
            for t in rights.care_teams.values()
            if not t["opposed"]
        ),
        *(("emergency", s["ends_at"], [s["professional"]]) for s in rights.sessions.values()),
    ]
    for right, end, professionals in ending:
        if at < end:
            for professional in professionals:
                yield professional, (right, end)


def status_view(rights: Rights | None, who: Actor, at: datetime) -> dict[str, Any]:
    """undefined, valid, expired or blocked, as the DMP's existence check tells (TD0.2).
    Named treating doctor, whoever is no doctor holds nothing by it."""
    if rights is None:
        return _status("undefined", [], None)
    roles = roles_of(rights, who.id) if holds_role(rights, who) else []
    consent = latest_consent(rights, who.id, who.facility)
    team = latest_care_team(rights, who.id, who.facility)
    ends = [c["valid_until"] for c in [consent] if c] + [t["expected_end"] for t in [team] if t]
    until = max(ends, default=None)
    if who.id in rights.blocks:
        return _status("blocked", [], None)
    if roles:
        return _status("valid", roles, None)
    if until is None:
        return _status("undefined", [], None)
    return _status("valid" if at < until else "expired", [], until)


def _status(status: str, roles: list[str], until: datetime | None) -> dict[str, Any]:
    return {
        "status": status,
        "treating_doctor": "treating_doctor" in roles,
        "administrator": "administrator" in roles,
        "valid_until": until,
    }


def _known(professional: str, rights: list[Right]) -> dict[str, Any]:
    until = max(end for _, end in rights)
    return {
        "professional": professional,
        "rights": sorted({right for right, _ in rights}),
        "until": None if until == ALWAYS else until,
    }


def _open(grant: Any, **key: Any) -> dict[str, Any]:
    shown = {name: value for name, value in grant.items() if name != "secret"}
    return shown | key
