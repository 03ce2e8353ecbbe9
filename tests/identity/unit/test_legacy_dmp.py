"""The DMP of before: brought in when the record opens, unless the person objected (R1111-40)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.identity.contract.announcing import Oppose
from services.identity.contract.legacy import ImportLegacyDmp, OpposeLegacyDmp
from services.identity.domain.errors import LegacyDmpAlreadyThere, LegacyDmpOpposed, NotInThatState
from services.identity.domain.states import Status
from services.identity.messages import message_for
from shared.kernel.clock import instant
from shared.kernel.errors import InvalidRequest
from tests.identity.lives import DAY, SIX_WEEKS, about, announce, close, opened, seen
from tests.identity.people import INSURER, NOW, patient
from tests.identity.world import AccessSeen, World

DOCTOR, HOSPITAL = "899700366240", "1750712184"
FORMER: dict[str, Any] = {
    "consents": [
        {
            "facility": HOSPITAL,
            "declared_at": "2019-03-01T08:00:00Z",
            "valid_until": "2027-03-01T08:00:00Z",
        }
    ],
    "blocks": [{"professional": DOCTOR, "blocked_at": "2020-01-02T10:00:00Z"}],
    "switches": {"regulation": True, "break_glass": False, "masked": False},
}


def brought(record_id: UUID, **changes: Any) -> ImportLegacyDmp:
    return ImportLegacyDmp.model_validate(about(record_id) | FORMER | changes)


def objected(record_id: UUID, *, on: bool = True) -> OpposeLegacyDmp:
    return OpposeLegacyDmp.model_validate(about(record_id) | {"channel": "online", "on": on})


def test_access_is_told_whom_the_person_let_in_and_shut_out(
    world: World, access: AccessSeen
) -> None:
    """
    The answer comes when access has applied it, so that no document comes before a block.
    """
    record_id = opened(world)

    done = world.identity.import_legacy_dmp(brought(record_id), INSURER)

    assert access.waited == [(record_id, done.position)]
    told = message_for(world.identity.read(done.position - 1, 1)[0].event)
    assert told
    assert told.model_dump(mode="json") == {
        "record_id": str(record_id),
        "by": {"kind": "operator", "id": "cnam"},
        "secret": False,
        "consents": [
            {
                "grantee": HOSPITAL,
                "is_facility": True,
                "declared_at": "2019-03-01T08:00:00.000Z",
                "valid_until": "2027-03-01T08:00:00.000Z",
            }
        ],
        "blocks": [{"professional": DOCTOR, "blocked_at": "2020-01-02T10:00:00.000Z"}],
        "switches": {"regulation": True, "break_glass": False, "masked": False},
    }


def test_it_waits_until_the_time_to_object_is_over(world: World) -> None:
    """
    Before the opening the person may still say no; a record that never opens takes nothing.
    """
    waiting, opposing = announce(world), announce(world, ins=None)
    world.identity.oppose(Oppose(**about(opposing), channel="post"), INSURER)
    for record_id in (waiting, opposing):
        with pytest.raises(NotInThatState):
            world.identity.import_legacy_dmp(brought(record_id), INSURER)

    world.pass_time(SIX_WEEKS)

    world.identity.import_legacy_dmp(brought(waiting), INSURER)
    with pytest.raises(NotInThatState):
        world.identity.import_legacy_dmp(brought(opposing), INSURER)


def test_who_objected_gets_a_record_without_the_former_one(world: World) -> None:
    """
    The objection is to the former DMP alone: the record opens, and stays empty of it.
    """
    record_id = announce(world)
    world.identity.oppose_legacy_dmp(objected(record_id), patient(record_id))
    world.pass_time(SIX_WEEKS)
    assert seen(world, record_id).status is Status.OPEN

    before = world.identity.head().position
    with pytest.raises(LegacyDmpOpposed):
        world.identity.import_legacy_dmp(brought(record_id), INSURER)
    assert world.identity.head().position == before


def test_an_objection_is_taken_back_in_time_or_not_at_all(world: World) -> None:
    """
    Both are said within the delay of R1111-28; afterwards what was said holds.
    """
    changed_mind, firm = announce(world), announce(world, ins=None)
    for record_id in (changed_mind, firm):
        world.identity.oppose_legacy_dmp(objected(record_id), patient(record_id))
    world.identity.oppose_legacy_dmp(objected(changed_mind, on=False), patient(changed_mind))
    world.pass_time(SIX_WEEKS)

    world.identity.import_legacy_dmp(brought(changed_mind), INSURER)
    with pytest.raises(NotInThatState):
        world.identity.oppose_legacy_dmp(objected(firm, on=False), patient(firm))
    with pytest.raises(NotInThatState):
        world.identity.oppose_legacy_dmp(objected(changed_mind), patient(changed_mind))


def test_it_comes_once(world: World) -> None:
    """
    Another one would bring back what the person has changed since; the same again is only an
    import that goes on.
    """
    record_id = opened(world)
    world.identity.import_legacy_dmp(brought(record_id), INSURER)
    before = world.identity.head().position

    world.identity.import_legacy_dmp(brought(record_id), INSURER)
    with pytest.raises(LegacyDmpAlreadyThere):
        world.identity.import_legacy_dmp(brought(record_id, switches=None), INSURER)

    assert world.topics(before) == []


def test_nothing_comes_into_a_closed_record(world: World) -> None:
    """
    Neither read nor fed.
    """
    record_id = opened(world)
    close(world, record_id)
    with pytest.raises(NotInThatState):
        world.identity.import_legacy_dmp(brought(record_id), INSURER)


def test_what_was_said_in_the_future_is_a_mistake(world: World) -> None:
    """
    Each wrong date is named.
    """
    record_id = opened(world)
    tomorrow = instant(NOW + SIX_WEEKS + DAY)
    wrong = {
        "consents": [FORMER["consents"][0] | {"declared_at": tomorrow}],
        "blocks": [FORMER["blocks"][0] | {"blocked_at": tomorrow}],
    }

    with pytest.raises(InvalidRequest) as refusal:
        world.identity.import_legacy_dmp(brought(record_id, **wrong), INSURER)

    assert set(refusal.value.fields) == {"consents.0.declared_at", "blocks.0.blocked_at"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"blocks": [{"professional": "DUPONT", "blocked_at": "2020-01-02T10:00:00Z"}]},
        {"consents": [{"declared_at": "2019-03-01T08:00:00Z", "valid_until": "2027-03-01T08:00Z"}]},
    ],
    ids=["no national id", "nobody named"],
)
def test_nobody_unknown_is_let_in_or_shut_out(wrong: dict[str, Any]) -> None:
    """
    A slip of the hand must not block somebody who does not exist.
    """
    with pytest.raises(ValidationError):
        brought(UUID(int=1), **wrong)


def test_each_record_has_its_own_word_on_a_former_dmp(world: World) -> None:
    """
    The delay belongs to each record: what one objected to says nothing about another.
    """
    first, second = announce(world), announce(world, ins=None)
    world.identity.oppose_legacy_dmp(objected(first), patient(first))
    world.pass_time(SIX_WEEKS + timedelta(days=1))

    world.identity.import_legacy_dmp(brought(second), INSURER)
