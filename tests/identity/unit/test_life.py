"""A scenario for each state of a living record, with the clock moved and the timers at work."""

from datetime import timedelta

import pytest

from services.identity.contract.announcing import Oppose, ReportBounce, WithdrawOpposition
from services.identity.contract.living import (
    Activate,
    Close,
    LiftSuspension,
    NewActivationCode,
    Reopen,
    Suspend,
)
from services.identity.domain.errors import NotDueYet, WrongActivationCode
from services.identity.domain.states import Status, SuspensionReason
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, InvalidRequest
from tests.identity.lives import (
    DAY,
    SIX_WEEKS,
    TEN_YEARS,
    about,
    activate,
    announce,
    close,
    exists,
    opened,
    seen,
)
from tests.identity.people import INSURER, NOW, patient
from tests.identity.world import World


def test_announced_opens_by_time_and_not_before(world: World) -> None:
    """
    Six weeks from the sending of the notice, to the instant; then the timer opens it.
    """
    record_id = announce(world, notice_sent_at=NOW - DAY)

    world.pass_time(SIX_WEEKS - DAY - timedelta(milliseconds=1))
    assert seen(world, record_id).status is Status.ANNOUNCED
    world.pass_time(timedelta(milliseconds=1))

    assert seen(world, record_id).status is Status.OPEN


def test_a_bounced_mail_goes_by_post_and_the_delay_begins_again(world: World) -> None:
    """
    Whoever was not told has not begun to think: six weeks from the posting.
    """
    record_id = announce(world, contact={"email": "d@example.org", "phone": "+33612345678"})
    world.pass_time(10 * DAY)
    restarted = world.identity.report_bounced_announcement(
        ReportBounce(**about(record_id)), INSURER
    )
    assert restarted.opens_at == NOW + 10 * DAY + SIX_WEEKS

    world.pass_time(SIX_WEEKS - 10 * DAY)
    assert seen(world, record_id).status is Status.ANNOUNCED
    world.pass_time(10 * DAY)

    assert seen(world, record_id).status is Status.OPEN
    contact = seen(world, record_id).contact
    assert contact
    assert contact.model_dump() == {"email": None, "phone": "+33612345678"}


def test_a_letter_does_not_bounce_as_a_mail_does(world: World) -> None:
    """
    A notice by post, told as bounced, would put the opening off for nobody's good.
    """
    record_id = announce(world)
    with pytest.raises(Conflict):
        world.identity.report_bounced_announcement(ReportBounce(**about(record_id)), INSURER)


def test_opposed_never_opens_until_withdrawn(world: World) -> None:
    """
    Years may pass; a withdrawal after the delay lets it open at once.
    """
    record_id = announce(world)
    world.identity.oppose(Oppose(**about(record_id), channel="post"), INSURER)
    world.pass_time(TEN_YEARS)
    assert seen(world, record_id).status is Status.OPPOSED

    world.identity.withdraw_opposition(WithdrawOpposition(**about(record_id)), INSURER)
    world.pass_time()

    assert seen(world, record_id).status is Status.OPEN


def test_open_stays_dormant_until_activated_however_long(world: World) -> None:
    """
    Nothing but the person's own step makes it theirs.
    """
    record_id = opened(world)
    world.pass_time(TEN_YEARS)
    assert (seen(world, record_id).status, exists(world).activated) == (Status.OPEN, False)

    activate(world, record_id)
    assert exists(world).activated


def test_wrong_codes_are_counted_once_each_and_end_the_code(world: World) -> None:
    """
    Five wrong ones, and the right one opens nothing; a repeated request is one try.
    """
    record_id = opened(world)
    given = world.identity.new_activation_code(NewActivationCode(**about(record_id)), INSURER)
    before = world.identity.head().position
    tries = [Activate(**about(record_id), activation_code="WRONG") for _ in range(4)]
    right = Activate(**about(record_id), activation_code=given.activation_code)
    for attempt in (*tries, tries[0]):
        with pytest.raises(WrongActivationCode) as refusal:
            world.identity.activate(attempt, patient(record_id))
        assert refusal.value.message_fr
    assert world.topics(before) == ["activation_failed"] * 4

    fifth = Activate(**about(record_id), activation_code="WRONG")
    for attempt in (fifth, right):
        with pytest.raises(WrongActivationCode):
            world.identity.activate(attempt, patient(record_id))

    activate(world, record_id)
    assert exists(world).activated


def test_a_helper_activates_with_the_person_and_is_in_the_log(world: World) -> None:
    """
    Assisted activation: the code is the person's, the hands are another's.
    """
    helper = Actor(kind=ActorKind.SUPPORT, id="desk-12")
    record_id = opened(world)
    code = world.identity.new_activation_code(NewActivationCode(**about(record_id)), INSURER)

    world.identity.activate(
        Activate(**about(record_id), activation_code=code.activation_code), helper
    )

    last = world.identity.read(world.identity.head().position - 1, 1)[0]
    assert last.topic == "identity.record_activated"
    assert vars(last.event)["by"] == {"kind": "support", "id": "desk-12"}


def test_suspended_stays_so_until_lifted(world: World) -> None:
    """
    Time alone lifts no suspicion of fraud.
    """
    record_id = opened(world)
    world.identity.suspend(Suspend(**about(record_id), reason="fraud_suspected"), INSURER)
    world.pass_time(TEN_YEARS)
    assert exists(world).motive == "suspended"

    world.identity.lift_suspension(LiftSuspension(**about(record_id)), INSURER)
    assert exists(world).status == "open"


def test_fraud_that_nobody_contests_closes_after_six_weeks(world: World) -> None:
    """
    CSP R1111-36: suspended and told, the person has six weeks to object, to the instant.
    """
    record_id = opened(world)
    fraud = Close(**about(record_id), motive="fraud")
    with pytest.raises(Conflict):
        world.identity.close_record(fraud, INSURER)
    world.identity.suspend(Suspend(**about(record_id), reason="fraud_suspected"), INSURER)

    world.pass_time(SIX_WEEKS - timedelta(milliseconds=1))
    with pytest.raises(NotDueYet):
        world.identity.close_record(fraud, INSURER)
    world.pass_time(timedelta(milliseconds=1))
    world.identity.close_record(fraud, INSURER)

    assert (exists(world).status, exists(world).motive) == ("closed", "fraud")


def test_only_a_suspicion_of_fraud_closes_for_fraud(world: World) -> None:
    """
    Suspended for another reason, or lifted and suspended again: the six weeks are its own.
    """
    record_id = opened(world)
    for reason in ("fraud_suspected", "security"):
        world.identity.suspend(Suspend(**about(record_id), reason=reason), INSURER)
        world.pass_time(SIX_WEEKS)
        if reason == "fraud_suspected":
            world.identity.lift_suspension(LiftSuspension(**about(record_id)), INSURER)

    with pytest.raises(Conflict):
        world.identity.close_record(Close(**about(record_id), motive="fraud"), INSURER)


@pytest.mark.parametrize("reason", list(SuspensionReason))
def test_closing_and_reopening_lifts_no_suspension(world: World, reason: SuspensionReason) -> None:
    """
    Whoever may not lift a suspension does not get around it; an operator, who may, ends it so.
    """
    record_id = opened(world)
    world.identity.suspend(Suspend(**about(record_id), reason=reason), INSURER)
    close(world, record_id)

    with pytest.raises(Conflict):
        world.identity.reopen(Reopen(**about(record_id)), patient(record_id))
    assert exists(world).status == "closed"
    world.identity.reopen(Reopen(**about(record_id)), INSURER)
    assert exists(world).status == "open"
    close(world, record_id)
    world.identity.reopen(Reopen(**about(record_id)), patient(record_id))
    assert exists(world).status == "open"


def test_a_suspicion_that_was_lifted_closes_nothing(world: World) -> None:
    """
    CSP R1111-36: the suspension must stand when the record is closed for fraud.
    """
    record_id = opened(world)
    world.identity.suspend(Suspend(**about(record_id), reason="fraud_suspected"), INSURER)
    world.identity.lift_suspension(LiftSuspension(**about(record_id)), INSURER)
    world.pass_time(SIX_WEEKS)

    with pytest.raises(Conflict):
        world.identity.close_record(Close(**about(record_id), motive="fraud"), INSURER)


def test_a_suspicion_ends_with_the_suspension_it_was_the_reason_of(world: World) -> None:
    """
    CSP R1111-36: the six weeks are of a suspension that stands; what is open again has none.
    """
    record_id = opened(world)
    world.identity.suspend(Suspend(**about(record_id), reason="fraud_suspected"), INSURER)
    close(world, record_id)
    world.pass_time(SIX_WEEKS)
    world.identity.reopen(Reopen(**about(record_id)), INSURER)

    with pytest.raises(Conflict):
        world.identity.close_record(Close(**about(record_id), motive="fraud"), INSURER)


def test_a_notice_is_posted_after_it_was_mailed_and_not_to_come(world: World) -> None:
    """
    From an instant before the first notice, the delay would end before the six weeks.
    """
    record_id = announce(world, contact={"email": "d@example.org", "phone": None})
    world.pass_time(DAY)
    for posted_at in (NOW - timedelta(milliseconds=1), NOW + DAY + timedelta(milliseconds=1)):
        with pytest.raises(InvalidRequest):
            world.identity.report_bounced_announcement(
                ReportBounce(**about(record_id), posted_at=posted_at), INSURER
            )

    told = world.identity.report_bounced_announcement(
        ReportBounce(**about(record_id), posted_at=NOW), INSURER
    )
    assert told.opens_at == NOW + SIX_WEEKS
