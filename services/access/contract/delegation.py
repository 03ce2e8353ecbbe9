"""Second representatives and caregivers: invited, acting under their own name, ended."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.access.contract.parts import (
    OPERATOR,
    PERSON,
    OfRecord,
    Text,
    always,
    own_record,
)
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Answer, Command, Done, GivenIns, Method

Name = Annotated[str, Field(min_length=1, max_length=100)]
BirthDate = (
    date
    | Annotated[
        str,
        Field(
            pattern=r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$",
            max_length=10,
            description="as INSi gives it, also a day that no calendar has: 1990-00-00",
        ),
    ]
)


class Invite(Command):
    """The one invited is found by INS and traits, all of which must fit; they answer from their
    own record."""

    record_id: UUID
    ins: GivenIns
    birth_name: Name
    first_given_name: Name
    birth_date: BirthDate


class InvitationSent(Done):
    invitation: UUID
    expires_at: AwareDatetime


class AnswerInvitation(Command):
    """``record_id``: of the one who was invited."""

    record_id: UUID
    invitation: UUID
    accept: bool


class EndDelegation(Command):
    """``record_id``: of the person who is helped; a delegation has the id of its invitation."""

    record_id: UUID
    delegation: UUID


class SuspendRepresentation(Command):
    """``court_order``: its reference; ``on`` false gives the representation back."""

    record_id: UUID
    representative: UUID
    court_order: Text
    on: bool = True


Kind = Literal["representative", "caregiver"]


class DelegationView(Answer):
    """``record_id``: of the person helped. ``status``: waiting, acting, expired. ``until``: when
    the invitation expires or the delegation ends."""

    id: UUID
    record_id: UUID
    kind: Kind
    status: Literal["waiting", "acting", "expired"]
    until: AwareDatetime | None


class MyDelegations(Answer):
    """Those I was asked to be, or am, for others."""

    delegations: list[DelegationView]


PATIENT = frozenset({ActorKind.PATIENT})
METHODS = (
    Method(
        name="invite_representative",
        request=Invite,
        answer=InvitationSent,
        callers=frozenset({ActorKind.REPRESENTATIVE}),
        condition=own_record,
    ),
    Method(
        name="invite_caregiver",
        request=Invite,
        answer=InvitationSent,
        callers=PATIENT,
        condition=own_record,
    ),
    Method(
        name="answer_invitation",
        request=AnswerInvitation,
        answer=Done,
        callers=PATIENT,
        condition=own_record,
    ),
    Method(
        name="end_delegation",
        request=EndDelegation,
        answer=Done,
        callers=PERSON | {ActorKind.CAREGIVER},
        condition=always,
    ),
    Method(
        name="suspend_representation",
        request=SuspendRepresentation,
        answer=Done,
        callers=OPERATOR,
        condition=always,
    ),
    Method(
        name="my_delegations",
        request=OfRecord,
        answer=MyDelegations,
        callers=PATIENT,
        condition=own_record,
    ),
)
