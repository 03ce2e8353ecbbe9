"""What access does when identity speaks."""

import pytest

from services.access.domain.rights import Rights
from services.access.policies import POLICIES
from shared.crypto.keys import KeyErased
from shared.kernel.clock import parse_instant
from tests.access.support.logs import World
from tests.access.support.people import DOCTOR, MOTHER, OTHER_RECORD, PATIENT, RECORD


@pytest.mark.parametrize(
    ("messages", "permit"),
    [
        (["record_announced"], False),
        (["record_announced", "record_opposed"], False),
        (["record_announced", "record_opposed", "opposition_withdrawn"], False),
        (["record_announced", "record_opened"], True),
        (["record_announced", "record_opened", "record_suspended"], False),
        (["record_announced", "record_opened", "record_suspended", "suspension_lifted"], True),
        (["record_announced", "record_opened", "record_closed"], False),
        (["record_announced", "record_opened", "record_closed", "record_reopened"], True),
        (["record_opened"], True),
        (["record_announced", "record_opened", "death_declared"], False),
    ],
)
def test_the_life_of_a_record_opens_and_closes_it(
    world: World, messages: list[str], permit: bool
) -> None:
    """
    CSP R1111-28 and R1111-36: fed and read while it is open, at no other time.
    """
    for message in messages:
        world.hear(message, OTHER_RECORD)
    world.hear("identity_qualified", OTHER_RECORD)

    answer = world.decide(DOCTOR, record_id=OTHER_RECORD, action="feed")

    assert answer.permit is permit


@pytest.mark.parametrize(
    ("said", "permit"), [("open", True), ("closed", False), ("announced", False)]
)
def test_a_death_declared_in_error_gives_back_what_was(
    world: World, said: str, permit: bool
) -> None:
    """
    Identity says which state that is: a death may be declared in any.
    """
    for message in ("record_announced", "record_opened", "death_declared"):
        world.hear(message, OTHER_RECORD)
    world.hear("death_revoked", OTHER_RECORD, status=said)
    world.hear("identity_qualified", OTHER_RECORD)

    assert world.decide(DOCTOR, record_id=OTHER_RECORD, action="feed").permit is permit


def test_what_was_heard_is_kept_with_its_place_in_the_publishers_log(world: World) -> None:
    """
    DESIGN 8: facts of others with service and position.
    """
    assert world.rights().source == {"service": "identity", "position": 3}
    assert world.rights().status == "activated"


def test_a_reopened_record_is_what_it_was_before(world: World) -> None:
    """
    Activated stays activated; only opened stays so.
    """
    world.hear("record_closed")
    world.hear("record_reopened")

    assert world.rights().status == "activated"


def test_representatives_are_those_identity_names(world: World) -> None:
    """
    Nobody represents a person by their own word.
    """
    assert not world.decide(MOTHER).permit

    world.hear(
        "record_announced", OTHER_RECORD, representatives=[MOTHER.id],
        majority_at="2031-03-01T23:00:00.000Z",
    )  # fmt: skip

    kept = world.app.rights_of(OTHER_RECORD)
    assert kept
    assert kept.representatives == [MOTHER.id]
    assert not world.decide(MOTHER).permit


def test_a_birth_date_corrected_moves_the_end_of_representation(world: World) -> None:
    """
    Who turns out to be of age is represented by nobody, from that message on.
    """
    world.hear(
        "record_announced", OTHER_RECORD, representatives=[MOTHER.id],
        majority_at="2031-03-01T23:00:00.000Z",
    )  # fmt: skip

    world.hear("traits_corrected", OTHER_RECORD, majority_at="2024-03-01T23:00:00.000Z")
    world.hear("traits_corrected", OTHER_RECORD, majority_at=None)

    kept = world.app.rights_of(OTHER_RECORD)
    assert kept
    assert kept.majority_at == parse_instant("2024-03-01T23:00:00.000Z")


def test_an_erased_record_is_followed_by_nothing(world: World) -> None:
    """
    Its keys are gone: the follower skips such a message, as the library of eventing says.
    """
    world.erase()

    with pytest.raises(KeyErased):
        world.hear("record_closed")
    assert "identity.record_erased" not in POLICIES


def test_rights_have_an_id_that_only_access_can_make(world: World) -> None:
    """
    Ids are keyed: a stolen row does not say whose it is.
    """
    assert Rights.id_of(world.app.secret, RECORD) != Rights.id_of(b"another", RECORD)
    assert PATIENT.id not in str(world.rights().id)


def test_a_death_declared_in_error_leaves_a_record_as_activated_as_it_was(world: World) -> None:
    """
    Identity says "open" of both; what it had said last of it counts.
    """
    world.hear("death_declared")
    world.hear("death_revoked", status="open")

    assert world.rights().status == "activated"
