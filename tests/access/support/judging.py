"""Ask the rules themselves: no store, no server."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from services.access.adapters.cedar import CedarRules, read_policies
from services.access.adapters.reference import read_reference
from services.access.domain.connection import Client
from services.access.domain.decision import Grounds, judge
from services.access.domain.facts import Asked, principal_for, principal_of
from services.access.domain.grants import CareTeam, Consent, Session, Source, Status
from services.access.domain.matrix import Matrix
from services.access.domain.rights import Rights
from services.access.domain.rules import Rules, Verdict
from shared.kernel.actor import Actor, ActorKind
from tests.access.support.people import HOSPITAL, PATIENT, RECORD

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=1)
IDENTITY = Actor(kind=ActorKind.SERVICE, id="identity")
PARAMETERS = {
    "block_beats_break_glass": True,
    "caregivers": False,
    "invisible_and_masked": False,
    "paramedics_need_authorisation": False,
    "qualified_identity_to_feed": True,
}
SOURCE: Source = {"service": "identity", "position": 7}


@cache
def rules() -> CedarRules:
    return CedarRules(read_policies(), PARAMETERS)


@cache
def matrix() -> Matrix:
    return Matrix(read_reference().cells)


def rights(status: Status | None = Status.ACTIVATED) -> Rights:
    opened = Rights.open(b"secret" * 6, RECORD, by=IDENTITY)
    if status:
        opened.change_status(status, source=SOURCE, by=IDENTITY)
    opened.prove_identity(qualified=True, source=SOURCE, by=IDENTITY)
    return opened


def consent(grantee: str, until: datetime, *, facility: bool = False) -> Consent:
    return Consent(
        grantee=grantee,
        is_facility=facility,
        collected_by=PATIENT.id,
        means="electronic",
        declared_at=NOW - 2 * HOUR,
        valid_until=until,
        secret=False,
    )


def with_consent(grantee: str, until: datetime = NOW + HOUR) -> Rights:
    given = rights()
    given.declare_consent(consent(grantee, until), by=PATIENT)
    return given


def team(*members: str, end: datetime = NOW + HOUR) -> CareTeam:
    return CareTeam(
        facility=HOSPITAL,
        unit="cardiology",
        episode="stay-1",
        members=list(members),
        expected_end=end,
        opposed=False,
        secret=False,
    )


def session(professional: str, *, reason: str = "found unconscious", end: datetime) -> Session:
    return Session(
        professional=professional,
        facility=HOSPITAL,
        reason=reason,
        unable_to_consent=True,
        started_at=NOW - HOUR,
        ends_at=end,
        review_before=NOW + 7 * 24 * HOUR,
        secret=False,
    )


def with_session(actor: Actor, end: datetime = NOW + HOUR) -> tuple[Rights, UUID]:
    opened, session_id = rights(), uuid4()
    opened.break_glass(session_id, session(actor.id, end=end), block_wins=True, by=actor)
    return opened, session_id


def document(**attributes: Any) -> dict[str, Any]:
    """A laboratory report, in the clear for every profession that reads reports."""
    return {
        "kind": "document",
        "class": "10",
        "type": "11502-2",
        "confidentiality": ["N"],
        "author": "899799999999",
        "facility": "1799999999",
        **attributes,
    }


def ask(
    given: Rights | None,
    actor: Actor,
    item: dict[str, Any] | None = None,
    *,
    action: str = "read",
    mode: str = "normal",
    session: UUID | None = None,
    at: datetime = NOW,
    by_rules: Rules | None = None,
    client: Client | None = None,
) -> Verdict:
    who = principal_of(actor, action)
    asked = Asked(
        principal=principal_for(who),
        action=action,
        mode=mode,
        session=session,
        at=at,
        through_software=who is not actor,
    )
    grounds = Grounds(rights=given, matrix=matrix(), rules=by_rules or rules(), client=client)
    return judge(RECORD, asked, [item or document()], grounds).verdicts[0]


def without(rule: str, parameters: Mapping[str, bool] = PARAMETERS) -> CedarRules:
    """The rules as if that file had been removed."""
    texts = {name: text for name, text in read_policies().items() if name != f"{rule}.cedar"}
    return CedarRules(texts, parameters)
