"""Access without its log: the rules themselves, over rights that a test gives and takes.

Nothing is played. What is asked passes the model of access's own contract, the rules are its
policies, judged by its own code; only saving and the network are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from services.access.adapters.cedar import CedarRules, read_policies
from services.access.adapters.opening import parameters_of
from services.access.adapters.reference import read_reference
from services.access.contract.deciding import DecideMany, Resource
from services.access.domain.decision import Grounds, judge, shows_a_secret
from services.access.domain.facts import Asked, principal_for, principal_of
from services.access.domain.grants import (
    Allowed,
    Authorisation,
    Block,
    Consent,
    DelegationKind,
    Invitation,
    Session,
    Source,
    Status,
)
from services.access.domain.matrix import Matrix
from services.access.domain.reference import AccessSettings
from services.access.domain.rights import Rights
from services.access.domain.rules import Verdict
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.gate import NORMALLY, Decision, How
from shared.rpc.faults import invalid

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
YEARS = timedelta(days=3650)
IDENTITY = Actor(kind=ActorKind.SERVICE, id="identity")
HEARD: Source = {"service": "identity", "position": 1}
_reference = cache(read_reference)


@cache
def _matrix() -> Matrix:
    return Matrix(_reference().cells)


@cache
def _rules(settings: AccessSettings) -> CedarRules:
    return CedarRules(read_policies(), parameters_of(settings))


@dataclass(frozen=True)
class Question:
    """What the service under test asked, and the decision it got."""

    record_id: UUID
    action: str
    resource: Mapping[str, Any]
    by: Actor
    how: How
    decision_id: UUID


@dataclass
class JudgedAccess:
    """:class:`shared.kernel.gate.Access`, decided by the rules of access."""

    settings: AccessSettings = field(default_factory=AccessSettings)
    rights: dict[UUID, Rights] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def decide(
        self,
        record_id: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Decision:
        question = Question(record_id, action, resource, by, how, uuid4())
        self.asked.append(question)
        (verdict,), secret = self._judged(record_id, action, [resource], by, how)
        return Decision(
            record_id=record_id,
            permit=verdict["permit"],
            decision_id=question.decision_id,
            reasons=tuple(verdict["rules"]),
            secret=secret or by.in_secret,
        )

    def decide_many(
        self,
        record_id: UUID,
        action: str,
        tuples: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> Sequence[bool]:
        verdicts, _ = self._judged(record_id, action, tuples, by, how)
        return [verdict["permit"] for verdict in verdicts]

    def _judged(
        self,
        record_id: UUID,
        action: str,
        resources: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How,
    ) -> tuple[list[Verdict], bool]:
        """And whether they rest on what came of a secret session."""
        request = _request(
            record_id=record_id,
            action=action,
            attribute_tuples=resources,
            mode=how.mode,
            session=how.session,
        )
        who = principal_of(by.principal, action)
        asked = Asked(
            principal=principal_for(who),
            action=action,
            mode=how.mode,
            session=how.session,
            at=NOW,
            through_software=who is not by.principal,
        )
        grounds = Grounds(
            rights=self.rights.get(record_id), matrix=_matrix(), rules=_rules(self.settings)
        )
        items = [_item(one) for one in request.attribute_tuples]
        verdicts = judge(record_id, asked, items, grounds).verdicts
        return verdicts, shows_a_secret(record_id, asked, items, verdicts, grounds)

    # What tests give and take

    def open(self, record_id: UUID) -> None:
        """An activated record of a qualified person, in which nobody else has a right yet."""
        rights = Rights.open(b"secret" * 6, record_id, by=IDENTITY)
        rights.change_status(Status.ACTIVATED, source=HEARD, by=IDENTITY)
        rights.prove_identity(qualified=True, source=HEARD, by=IDENTITY)
        self.rights[record_id] = rights

    def close(self, record_id: UUID) -> None:
        self.rights[record_id].change_status(Status.CLOSED, source=HEARD, by=IDENTITY)

    def reopen(self, record_id: UUID) -> None:
        self.rights[record_id].change_status(Status.ACTIVATED, source=HEARD, by=IDENTITY)

    def represented_by(self, record_id: UUID, parent: Actor) -> None:
        """The person is a minor, for years to come."""
        self.rights[record_id].know_representatives(
            [parent.id], NOW + YEARS, source=HEARD, by=IDENTITY
        )

    def cared_for_by(self, record_id: UUID, caregiver: Actor) -> None:
        """Of an adult. Acts where the settings have caregivers."""
        rights, asked = self.rights[record_id], uuid4()
        invitation = Invitation(
            kind=DelegationKind.CAREGIVER,
            invited=caregiver.id,
            invited_by=str(record_id),
            expires_at=NOW + YEARS,
            status="waiting",
        )
        rights.invite(asked, invitation, at=NOW, by=_person(record_id))
        rights.answer_invitation(
            asked, accepted=True, ends_at=None, at=NOW, by=_person(UUID(caregiver.id))
        )

    def treated_by(self, record_id: UUID, doctor: Actor) -> None:
        """Sees masked documents too."""
        self.rights[record_id].name_treating_doctor(doctor.id, by=_person(record_id))

    def consent(self, record_id: UUID, professional: Actor, *, secret: bool = False) -> None:
        consent = Consent(
            grantee=professional.id,
            is_facility=False,
            collected_by=str(record_id),
            means="electronic",
            declared_at=NOW,
            valid_until=NOW + YEARS,
            secret=secret,
        )
        self.rights[record_id].declare_consent(consent, by=_person(record_id))

    def block(self, record_id: UUID, professional: Actor) -> None:
        block = Block(reason="trust", by_person=True, blocked_at=NOW, secret=False)
        self.rights[record_id].block(professional.id, block, by=_person(record_id))

    def oppose_feeding(self, record_id: UUID) -> None:
        """By whomever."""
        self.rights[record_id].oppose_feeding(
            None, "dispute", on=True, waits=False, by=_person(record_id)
        )

    def break_glass(self, record_id: UUID, professional: Actor) -> UUID:
        """A session that is open; its id."""
        opened = uuid4()
        session = Session(
            professional=professional.id,
            facility=professional.facility or "",
            reason="found unconscious",
            unable_to_consent=True,
            started_at=NOW,
            ends_at=NOW + YEARS,
            review_before=NOW + YEARS,
            secret=False,
        )
        self.rights[record_id].break_glass(opened, session, block_wins=True, by=professional)
        return opened

    def allow(self, record_id: UUID, client: Actor, *allowed: Allowed) -> None:
        """The person lets a connected service do this, instead of what it might before."""
        authorisation = Authorisation(
            client=client.id,
            allowed=list(allowed),
            authoriser={"kind": "patient", "id": str(record_id)},
            before=None,
            secret=False,
            source={"service": "catalogue", "position": 1},
        )
        rights = self.rights[record_id]
        rights.know_authorisation(_authorisation(client), authorisation, by=_person(record_id))

    def forbid(self, record_id: UUID, client: Actor) -> None:
        self.rights[record_id].forget_authorisation(
            _authorisation(client),
            source={"service": "catalogue", "position": 2},
            by=_person(record_id),
        )


def _request(**asked: Any) -> DecideMany:
    try:
        return DecideMany.model_validate(asked)
    except ValidationError as error:
        raise invalid(error) from None


def _item(resource: Resource) -> dict[str, Any]:
    """As access's decisions read it: the class is that of the type, whatever the caller says."""
    given = resource.model_dump(mode="json", by_alias=True)
    return {**given, "class": _reference().classes.get(given["type"]) or given["class"]}


def _person(record_id: UUID) -> Actor:
    return Actor(kind=ActorKind.PATIENT, id=str(record_id), record_id=record_id)


def _authorisation(client: Actor) -> UUID:
    return UUID(int=sum(client.id.encode()))
