"""The DMP a person had before: what they had decided there, where they said nothing else since."""

from typing import Any

from services.access import contract as c
from shared.kernel.clock import instant
from tests.access.support.judging import HOUR
from tests.access.support.logs import World, block, consent
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    MOTHER,
    NURSE,
    PATIENT,
    RECORD,
    REGULATOR,
)


def imported(world: World, **given: Any) -> None:
    nothing: dict[str, Any] = {"consents": [], "blocks": [], "switches": None}
    world.hear("legacy_dmp_imported", **{**nothing, **given})


def given_to(world: World, grantee: str, *, ends_in: Any = HOUR) -> dict[str, Any]:
    now = world.clock.now()
    return {
        "grantee": grantee,
        "is_facility": False,
        "declared_at": instant(now - 48 * HOUR),
        "valid_until": instant(now + ends_in),
    }


def shut_out(world: World, professional: str) -> dict[str, Any]:
    return {"professional": professional, "blocked_at": instant(world.clock.now() - 48 * HOUR)}


def test_consents_and_blocks_of_then_count(world: World) -> None:
    """
    CSP R1111-40; a block of then wins over a consent of then.
    """
    imported(
        world,
        consents=[given_to(world, DOCTOR.id), given_to(world, NURSE.id)],
        blocks=[shut_out(world, NURSE.id)],
    )

    assert world.decide(DOCTOR).permit
    assert "blocked" in world.decide(NURSE).reasons
    assert world.rights().blocks[NURSE.id]["by_person"]
    world.move(HOUR)
    assert not world.decide(DOCTOR).permit


def test_what_was_decided_then_is_no_secret(world: World) -> None:
    """
    The former record knew no secret session: whoever acts for a minor sees what they had said.
    """
    world.hear(
        "record_announced", representatives=[MOTHER.id], majority_at="2030-01-01T00:00:00.000Z"
    )
    world.hear("record_opened")
    imported(world, consents=[given_to(world, DOCTOR.id)], blocks=[shut_out(world, NURSE.id)])

    seen = world.app.my_professionals(c.ListMyProfessionals(record_id=RECORD), MOTHER)

    rights = {known.professional: known.rights for known in seen.items}
    assert rights == {DOCTOR.id: ["consent"], NURSE.id: ["blocked"]}


def test_the_persons_later_word_stays(world: World) -> None:
    """
    A consent or a block made since is not replaced; what has ended is not revived.
    """
    world.app.declare_consent(consent(DOCTOR, valid_until=world.clock.now() + 2 * HOUR), PATIENT)
    world.app.block_professional(block(DENTIST), PATIENT)
    before = world.rights().version

    imported(
        world,
        consents=[
            given_to(world, DOCTOR.id),
            given_to(world, DENTIST.id),
            given_to(world, NURSE.id, ends_in=0 * HOUR),
        ],
        blocks=[shut_out(world, DENTIST.id)],
    )

    assert world.rights().version == before


def test_switches_take_the_stricter_side(world: World) -> None:
    """
    Opposed in either, opposed; what the former DMP allowed opens nothing by itself.
    """
    imported(world, switches={"regulation": False, "break_glass": True, "masked": True})

    assert world.rights().switches == {"regulation": False, "break_glass": True, "masked": False}
    assert not world.decide(REGULATOR, mode="regulation").permit


def test_a_record_that_is_not_active_takes_blocks_and_no_consents(world: World) -> None:
    """
    Closed between what identity said and its hearing: nothing is refused, nobody let in.
    """
    world.hear("record_suspended")
    imported(world, consents=[given_to(world, DOCTOR.id)], blocks=[shut_out(world, NURSE.id)])

    assert world.rights().blocks.keys() == {NURSE.id}
    assert not world.rights().consents
