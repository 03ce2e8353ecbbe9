"""Use cases on an open record: activation, contact, suspension, closing, and who is told."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.identity.application import Identity
from services.identity.contract.living import (
    Activate,
    Close,
    LiftSuspension,
    NewActivationCode,
    Reopen,
    Suspend,
    UpdateContact,
)
from services.identity.contract.parts import RecordCommand
from services.identity.contract.reading import Existence, GetIdentity, Resolve
from services.identity.domain.errors import WrongActivationCode
from services.identity.messages import message_for
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Conflict, InvalidRequest, TooMany
from tests.identity.people import (
    HOSPITAL,
    INS,
    INSURER,
    NOW,
    OTHER_INS,
    TIMER,
    VAULT,
    announcement,
    patient,
)
from tests.identity.world import AccessSeen

MAILBOX = f"{INS['value']}@patient.mssante.fr"


@pytest.fixture
def record_id(identity: Identity, clock: FixedClock) -> UUID:
    """An open record."""
    made = identity.announce_record(
        announcement(contact={"email": "d@example.org", "phone": "+33612345678"}), INSURER
    )
    clock.move(timedelta(days=42))
    identity.open_record(RecordCommand(request_id=uuid4(), record_id=made.record_id), TIMER)
    return made.record_id


def existence(identity: Identity) -> Existence:
    return identity.resolve(Resolve(ins=INS), VAULT)


def test_a_code_handed_out_activates_once(identity: Identity, record_id: UUID) -> None:
    """
    From the insurer's request to the person's account; the repeated request gives one code.
    """
    asked = NewActivationCode(request_id=uuid4(), record_id=record_id)
    given = identity.new_activation_code(asked, INSURER)
    assert identity.new_activation_code(asked, INSURER) == given

    request = Activate(
        request_id=uuid4(), record_id=record_id, activation_code=given.activation_code.lower()
    )
    identity.activate(request, patient(record_id))

    assert existence(identity).activated
    with pytest.raises(Conflict):
        identity.activate(request.model_copy(update={"request_id": uuid4()}), patient(record_id))


def test_a_code_expires(identity: Identity, record_id: UUID, clock: FixedClock) -> None:
    """
    A letter lost for long opens nothing to who finds it.
    """
    given = identity.new_activation_code(
        NewActivationCode(request_id=uuid4(), record_id=record_id), INSURER
    )
    assert given.expires_at == clock.now() + timedelta(days=30)
    clock.move(timedelta(days=30))

    with pytest.raises(WrongActivationCode):
        identity.activate(
            Activate(
                request_id=uuid4(), record_id=record_id, activation_code=given.activation_code
            ),
            patient(record_id),
        )


def test_closing_and_suspending_wait_for_access(
    identity: Identity, record_id: UUID, access: AccessSeen
) -> None:
    """
    DESIGN 4: the answer means that nothing is decided any more as if it had not happened.
    """
    suspended = identity.suspend(
        Suspend(request_id=uuid4(), record_id=record_id, reason="security"), INSURER
    )
    identity.lift_suspension(LiftSuspension(request_id=uuid4(), record_id=record_id), INSURER)
    closing = Close(request_id=uuid4(), record_id=record_id, motive="person_request")
    closed = identity.close_record(closing, patient(record_id))
    identity.close_record(closing, patient(record_id))

    assert access.waited == [
        (record_id, suspended.position),
        (record_id, closed.position),
        (record_id, closed.position),
    ]


def test_the_existence_check_follows_the_life_of_the_record(
    identity: Identity, clock: FixedClock
) -> None:
    """
    Open, closed with date and motive, or none; nobody outside learns of an announcement.
    """
    assert existence(identity) == Existence(status="none")
    record_id = identity.announce_record(announcement(), INSURER).record_id
    assert existence(identity) == Existence(status="none")

    clock.move(timedelta(days=42))
    identity.open_record(RecordCommand(request_id=uuid4(), record_id=record_id), TIMER)
    assert existence(identity) == Existence(status="open", record_id=record_id)

    identity.suspend(Suspend(request_id=uuid4(), record_id=record_id, reason="security"), INSURER)
    day = (NOW + timedelta(days=42)).date()
    assert existence(identity) == Existence(
        status="closed", record_id=record_id, closed_on=day, motive="suspended"
    )

    by_request = Close(request_id=uuid4(), record_id=record_id, motive="person_request")
    identity.close_record(by_request, INSURER)
    assert existence(identity) == Existence(
        status="closed", record_id=record_id, closed_on=day, motive="person_request"
    )

    identity.reopen(Reopen(request_id=uuid4(), record_id=record_id), INSURER)
    assert existence(identity).status == "open"


def test_a_mailbox_finds_the_same_record(identity: Identity, record_id: UUID) -> None:
    """
    Addresses are written by people: capitals and domain do not matter, the number does.
    """
    assert identity.resolve(Resolve(mailbox=MAILBOX), VAULT).record_id == record_id
    assert identity.resolve(Resolve(mailbox=MAILBOX.upper()), VAULT).record_id == record_id
    other = MAILBOX.replace(INS["value"], OTHER_INS["value"])
    assert identity.resolve(Resolve(mailbox=other), VAULT).status == "none"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "ins"),
        ({"ins": INS, "mailbox": MAILBOX}, "ins"),
        ({"mailbox": f"{INS['value']}@example.org"}, "mailbox"),
        ({"mailbox": "x@patient.mssante.fr"}, "mailbox"),
    ],
)
def test_an_unclear_question_is_refused_by_field(
    identity: Identity, asked: dict[str, object], field: str
) -> None:
    """
    One question at a time, about one number.
    """
    with pytest.raises(InvalidRequest) as refusal:
        identity.resolve(Resolve.model_validate(asked), VAULT)

    assert set(refusal.value.fields) == {field}


def test_every_existence_check_is_traced_without_the_number(
    identity: Identity, record_id: UUID
) -> None:
    """
    Who asked is in the log for ever, found or not; what was asked for is not.
    """
    before = identity.head().position
    existence(identity)
    identity.resolve(Resolve(ins=OTHER_INS), HOSPITAL)

    traces = identity.read(before, 10)

    assert [(t.topic, t.record_id) for t in traces] == [
        ("identity.existence_checked", record_id),
        ("identity.existence_checked", None),
    ]
    assert vars(traces[1].event)["by"] == HOSPITAL.to_event()
    assert OTHER_INS["value"] not in str(vars(traces[1].event))


def test_asking_directly_is_held_to_a_rate(identity: Identity, clock: FixedClock) -> None:
    """
    A list of numbers cannot be tried out; each caller has a minute of its own.
    """
    for _ in range(3):
        identity.resolve(Resolve(ins=INS), HOSPITAL)
    with pytest.raises(TooMany):
        identity.resolve(Resolve(ins=INS), HOSPITAL)
    existence(identity)

    clock.move(timedelta(minutes=1))
    identity.resolve(Resolve(ins=INS), HOSPITAL)


def test_an_identity_shows_its_ins_only_when_qualified(identity: Identity) -> None:
    """
    RNIV: before that the matricule stays inside, whoever asks.
    """
    retrieved = identity.announce_record(announcement(), INSURER).record_id
    qualified = identity.announce_record(
        announcement(ins=OTHER_INS, checked_with="CN"), INSURER
    ).record_id

    for by in (INSURER, VAULT, patient(retrieved)):
        seen = identity.get_identity(GetIdentity(record_id=retrieved), by)
        assert (seen.identity_status, seen.ins) == ("RECUP", None)
    seen = identity.get_identity(GetIdentity(record_id=qualified), VAULT)
    assert seen.identity_status == "QUAL"
    assert seen.ins
    assert seen.ins.model_dump() == OTHER_INS


def test_whoever_reads_another_persons_identity_is_in_their_journal(
    identity: Identity, record_id: UUID
) -> None:
    """
    An operator, a representative; not the person, nor a service, which traces what it does.
    """
    parent = Actor(kind=ActorKind.REPRESENTATIVE, id="parent", record_id=record_id)
    before = identity.head().position
    for by in (INSURER, patient(record_id), VAULT, parent):
        identity.get_identity(GetIdentity(record_id=record_id), by)

    told = [message_for(row.event) for row in identity.read(before, 10)]
    assert [(m.TYPE, m.record_id, m.by["id"]) for m in told if m] == [
        ("identity.identity_read", record_id, "cnam"),
        ("identity.identity_read", record_id, "parent"),
    ]


def test_contacts_stay_with_the_person_and_the_insurer(identity: Identity, record_id: UUID) -> None:
    """
    A service compares traits; it has no use for an address.
    """
    shown = {
        by.kind: identity.get_identity(GetIdentity(record_id=record_id), by).contact
        for by in (VAULT, INSURER, patient(record_id))
    }

    assert shown.pop(VAULT.kind) is None
    assert all(c and c.email == "d@example.org" for c in shown.values())


def test_a_contact_is_replaced_as_a_whole(identity: Identity, record_id: UUID) -> None:
    """
    An address that is left out is an address no longer used.
    """
    identity.update_contact(
        UpdateContact(request_id=uuid4(), record_id=record_id, contact={"phone": "+33700000000"}),
        patient(record_id),
    )

    contact = identity.get_identity(GetIdentity(record_id=record_id), INSURER).contact
    assert contact
    assert contact.model_dump() == {"email": None, "phone": "+33700000000"}


def test_names_in_use_default_to_those_of_birth(identity: Identity, record_id: UUID) -> None:
    """
    They are mandatory locally, and most people use the names they were born with.
    """
    seen = identity.get_identity(GetIdentity(record_id=record_id), VAULT).traits

    assert (seen.used_name, seen.used_given_name) == ("PAT-TROIS", "DOMINIQUE")
