"""What a declared death changes of what was to come, and what it does not."""

from datetime import date, timedelta

import pytest

from services.identity.contract.ending import DeclareDeath, RequestErasure, RevokeDeath
from services.identity.contract.living import Activate, NewActivationCode
from services.identity.contract.proving import SetAttribute
from services.identity.domain.errors import UnknownRecord, WrongActivationCode
from services.identity.domain.states import Status
from tests.identity.lives import CHILD, DAY, about, close, opened, seen
from tests.identity.people import INSURER, patient
from tests.identity.world import World

EIGHT_YEARS = 8 * 366 * DAY
"""From the clock of these tests to the majority of the child, and some days."""


def test_an_erasure_that_was_asked_for_is_not_put_off_by_death(world: World) -> None:
    """
    CSP R1111-36: within three months of the request, whatever happens meanwhile.
    """
    record_id = opened(world)
    close(world, record_id)
    world.identity.request_erasure(RequestErasure(**about(record_id)), patient(record_id))
    died = DeclareDeath(**about(record_id), date=world.clock.now().date())
    world.identity.declare_death(died, INSURER)
    world.pass_time(60 * DAY - timedelta(milliseconds=1))
    assert seen(world, record_id).status is Status.DECEASED

    world.pass_time(timedelta(milliseconds=1))

    with pytest.raises(UnknownRecord):
        seen(world, record_id)


def test_a_child_taken_for_dead_comes_of_age_all_the_same(world: World) -> None:
    """
    Once the death is revoked, the day of majority is waited for again.
    """
    record_id = opened(world, traits=CHILD)
    died = DeclareDeath(**about(record_id), date=world.clock.now().date())
    world.identity.declare_death(died, INSURER)
    world.identity.revoke_death(RevokeDeath(**about(record_id)), INSURER)

    world.pass_time(EIGHT_YEARS)

    assert world.topics().count("majority_reached") == 1


def test_one_may_die_on_the_day_one_is_born(world: World) -> None:
    """
    The dates are days.
    """
    record_id = opened(world)
    born = DeclareDeath(**about(record_id), date=date(1979, 3, 28))
    world.identity.declare_death(born, INSURER)

    assert seen(world, record_id).status is Status.DECEASED


def test_a_code_sent_to_the_parents_activates_nothing_after_majority(world: World) -> None:
    """
    It proves the address of whoever acted for the child.
    """
    record_id = opened(world, traits=CHILD)
    world.pass_time(date(2034, 3, 27) - world.clock.now().date())
    code = world.identity.new_activation_code(NewActivationCode(**about(record_id)), INSURER)
    world.pass_time(2 * DAY)
    assert "majority_reached" in world.topics()

    typed = Activate(**about(record_id), activation_code=code.activation_code)
    with pytest.raises(WrongActivationCode):
        world.identity.activate(typed, patient(record_id))


def test_a_doubt_said_twice_takes_nothing_twice(world: World) -> None:
    """
    RNIV: proofs given since the doubt was lifted are lost by a new one alone.
    """
    record_id = opened(world)
    for _ in range(2):
        world.identity.set_attribute(
            SetAttribute(**about(record_id), attribute="doubtful", on=True), INSURER
        )

    assert world.topics().count("attribute_set") == 1
