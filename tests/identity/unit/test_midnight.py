"""Midnight in Paris comes one hour before that of UTC, two in summer: days are those of France. Of
what happened there, those of where in France they begin first."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.identity.contract.ending import DeclareDeath
from services.identity.contract.proving import CorrectTraits
from services.identity.domain.states import Status
from shared.kernel.errors import InvalidRequest
from tests.identity.lives import about, announce, close, exists, opened, seen
from tests.identity.people import INSURER, NOW, TRAITS
from tests.identity.world import World

BEFORE = datetime(2027, 7, 14, 21, 59, 59, tzinfo=UTC)
"""The last second of 14 July in France."""
AFTER = BEFORE + timedelta(seconds=1)
ON_WALLIS = BEFORE - timedelta(hours=10)
"""The last second of 14 July where 15 July comes first, ten hours before it does in Paris."""
THERE = [ON_WALLIS, ON_WALLIS + timedelta(seconds=1)]
NEXT_DAY = date(2027, 7, 15)


@pytest.mark.parametrize("now", THERE)
def test_a_child_born_after_midnight_is_announced_at_once(world: World, now: datetime) -> None:
    """
    Overseas too; and nobody on the day before they are born.
    """
    world.clock.move(now - NOW)
    newborn = TRAITS | {"birth_date": NEXT_DAY.isoformat()}
    if now is ON_WALLIS:
        with pytest.raises(InvalidRequest):
            announce(world, traits=newborn, ins=None)
        return

    record_id = announce(world, traits=newborn, ins=None)

    corrected = CorrectTraits(**about(record_id), traits=newborn | {"sex": "M"})
    world.identity.correct_traits(corrected, INSURER)


@pytest.mark.parametrize("now", THERE)
def test_a_death_after_midnight_is_declared_at_once(world: World, now: datetime) -> None:
    """
    Overseas too; and none that is to come.
    """
    record_id = opened(world)
    world.clock.move(now - world.clock.now())
    died = DeclareDeath(**about(record_id), date=NEXT_DAY)
    if now is ON_WALLIS:
        with pytest.raises(InvalidRequest):
            world.identity.declare_death(died, INSURER)
        return

    world.identity.declare_death(died, INSURER)

    assert seen(world, record_id).status is Status.DECEASED


@pytest.mark.parametrize(("now", "day"), [(BEFORE, date(2027, 7, 14)), (AFTER, NEXT_DAY)])
def test_the_day_of_a_closing_is_that_of_france(world: World, now: datetime, day: date) -> None:
    """
    The existence check says since which day a record is closed.
    """
    record_id = opened(world)
    world.clock.move(now - world.clock.now())
    close(world, record_id)

    assert exists(world).closed_on == day
