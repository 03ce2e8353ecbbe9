"""What time does to consents: refused at the instant, said to have expired once."""

from datetime import timedelta
from uuid import uuid4

from services.access import contract as c
from services.access.domain.rights import Rights
from services.access.projections.waiting import Kind
from tests.access.support.judging import HOUR
from tests.access.support.logs import World, block, consent
from tests.access.support.people import DENTIST, DOCTOR, NURSE, PATIENT, RECORD


def sweep(world: World) -> None:
    world.project()
    world.app.expire_due_consents(world.waiting.due(Kind.CONSENT, world.clock.now()))
    world.project()


def expired(world: World) -> list[str]:
    events = (recorded.event for recorded in world.app.read(0, 500))
    return [e.grantee for e in events if isinstance(e, Rights.ConsentExpired)]


def test_a_consent_is_said_to_have_expired_once(world: World) -> None:
    """
    The rule refuses at its end, before any timer; the event tells others.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    world.app.declare_consent(consent(NURSE, valid_until=world.clock.now() + HOUR), PATIENT)
    sweep(world)
    assert expired(world) == []

    world.move(timedelta(hours=24))
    assert not world.decide(DOCTOR).permit
    sweep(world)
    sweep(world)

    assert sorted(expired(world)) == [DOCTOR.id, NURSE.id]
    assert world.waiting.due(Kind.CONSENT, world.clock.now()) == []
    assert world.app.my_status(c.OfRecord(record_id=RECORD), DOCTOR).status == "expired"


def test_a_sweep_that_comes_twice_says_it_once_and_a_new_consent_ends_anew(world: World) -> None:
    """
    The read model may be behind the log; what others hear is the log's.
    """
    for who in (DOCTOR, NURSE):
        world.app.declare_consent(consent(who), PATIENT)
    world.move(timedelta(hours=24))
    world.project()
    due = world.waiting.due(Kind.CONSENT, world.clock.now())
    for _ in range(2):
        world.app.expire_due_consents(due)
    assert sorted(expired(world)) == [DOCTOR.id, NURSE.id]

    world.app.declare_consent(consent(DOCTOR), PATIENT)
    world.app.expire_due_consents(due)
    assert len(expired(world)) == 2
    world.move(timedelta(hours=24))
    world.app.expire_due_consents(due)
    assert sorted(expired(world)) == [DOCTOR.id, DOCTOR.id, NURSE.id]


def test_what_was_declared_again_or_ended_does_not_expire(world: World) -> None:
    """
    A consent withdrawn, or ended by a block, has no end to come; one given again has a new one.
    """
    for who in (DOCTOR, DENTIST, NURSE):
        world.app.declare_consent(consent(who), PATIENT)
    world.app.withdraw_consent(
        c.WithdrawConsent(request_id=uuid4(), record_id=RECORD, professional=DOCTOR.id), PATIENT
    )
    world.app.block_professional(block(DENTIST), PATIENT)
    world.move(HOUR)
    world.app.declare_consent(consent(NURSE), PATIENT)

    world.move(timedelta(hours=23))
    sweep(world)
    assert expired(world) == []
    world.move(HOUR)
    sweep(world)
    assert expired(world) == [NURSE.id]


def test_an_erased_record_leaves_nothing_waiting(world: World) -> None:
    """
    DESIGN 5: rows go with the keys, and a sweep that comes first does no harm.
    """
    world.app.declare_consent(consent(DOCTOR), PATIENT)
    world.project()
    world.move(timedelta(hours=25))
    world.erase()

    world.app.expire_due_consents(world.waiting.due(Kind.CONSENT, world.clock.now()))

    assert expired(world) == []
