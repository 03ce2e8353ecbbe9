"""Numbers that open nothing, numbers tried one after the other, numbers seen in two places."""

from datetime import timedelta

import pytest

from services.prescription import contract as c
from services.prescription.domain import people, refusals
from services.prescription.domain.number import draw, printed
from services.prescription.messages import NumberRefused, PrescriptionPresented
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, TooMany
from tests.prescription.world import (
    LYON,
    PARIS,
    PARIS_TOO,
    PHARMACIST,
    RECORD,
    STRANGER,
    World,
    given,
    pharmacist,
)


def unknown(seed: int = 0) -> str:
    return printed(draw(lambda n: seed % n))


def test_unknown_and_mistyped_are_told_apart_and_kept(world: World) -> None:
    """With a code each; what was typed is not kept."""
    with pytest.raises(refusals.NumberUnknown):
        world.present(unknown())
    world.clock.move(timedelta(seconds=1))
    with pytest.raises(refusals.NumberMistyped):
        world.present("ABCDE")
    kept = [m for m in world.messages() if isinstance(m, NumberRefused)]
    assert [m.reason for m in kept] == ["number_unknown", "number_mistyped"]
    assert {m.record_id for m in kept} == {None}


def test_whoever_tries_numbers_waits(world: World) -> None:
    """Right numbers too, or the answer would tell them apart; others are not held up."""
    number = world.issue().number
    for seed in range(10):
        with pytest.raises(refusals.NumberUnknown):
            world.present(unknown(seed))
        world.clock.move(timedelta(seconds=1))
        world.again()  # another replica, or the same after a restart
    for text in (unknown(11), number):
        with pytest.raises(TooMany):
            world.present(text)
    world.app.forget_requests()
    with pytest.raises(TooMany):
        world.present(number)
    world.present(number, pharmacist(LYON, "810000000009"))
    world.clock.move(timedelta(hours=1))
    world.app.forget_requests()
    world.present(number)


def test_shown_far_apart_in_minutes_is_noted_and_served(world: World) -> None:
    """Two departments within half an hour; the same town, or the next day, is nothing."""
    number = world.issue().number
    for facility, minutes in ((PARIS, 0), (PARIS_TOO, 5), (LYON, 10), (PARIS, 60 * 24)):
        world.clock.move(timedelta(minutes=minutes))
        world.present(number, pharmacist(facility))
    told = [m for m in world.messages() if isinstance(m, PrescriptionPresented)]
    assert [m.far_apart for m in told] == [False, False, True, False]


@pytest.mark.parametrize(
    ("structure", "department"),
    [
        (PARIS, "75"),
        ("12A0000014", "2A"),
        ("1970211207", "9702"),  # Martinique
        ("1970408589", "9704"),  # La Réunion
        ("1980500003", "9805"),  # Mayotte
        ("334173748400069", None),  # a SIRET
    ],
)
def test_the_department_is_in_the_finess(structure: str, department: str | None) -> None:
    """Overseas two more characters tell which: Martinique and La Réunion are not one place."""
    assert people.department(structure) == department


@pytest.mark.parametrize(("minutes", "noted"), [(30, True), (31, False)])
def test_far_apart_is_within_half_an_hour(world: World, minutes: int, *, noted: bool) -> None:
    """The thirtieth minute counts, the next one does not."""
    number = world.issue().number
    world.present(number)
    world.clock.move(timedelta(minutes=minutes))
    world.present(number, pharmacist(LYON))
    told = [m for m in world.messages() if isinstance(m, PrescriptionPresented)]
    assert told[-1].far_apart is noted


def test_a_blocked_pharmacist_reads_nothing(world: World) -> None:
    """What access forbids, the number does not open."""
    number = world.issue().number
    world.access.block(RECORD, PHARMACIST)
    for attempt in (lambda: world.present(number), lambda: world.dispense(number, given(1))):
        with pytest.raises(Forbidden):
            attempt()


def test_a_number_says_nothing_to_a_stranger(world: World) -> None:
    """Somebody else's and nobody's are answered alike."""
    number = world.issue().number
    said = []
    for text in (number, unknown()):
        with pytest.raises(Forbidden) as refused:
            world.app.history(c.History(number=text), STRANGER)
        said.append((refused.value.code, refused.value.message, refused.value.message_fr))
        assert refused.value.decision_id
    assert said[0] == said[1]


def test_somebody_elses_number_counts_as_a_wrong_one(world: World) -> None:
    """Ten of one kind or of the other, and that caller waits: which kind it was is not told."""
    number = world.issue().number

    def tried(text: str) -> str:
        with pytest.raises((Forbidden, TooMany)) as refused:
            world.app.history(c.History(number=text), STRANGER)
        world.clock.move(timedelta(seconds=1))
        return refused.value.code

    assert [tried(number) for _ in range(11)] == ["forbidden"] * 10 + ["too_many"]
    world.clock.move(timedelta(hours=1))
    assert [tried(unknown(seed)) for seed in range(11)] == ["forbidden"] * 10 + ["too_many"]


def test_a_software_in_nobodys_name_tries_no_number(world: World) -> None:
    """It is refused before the number is looked at, right or wrong."""
    software = Actor(kind=ActorKind.FACILITY, id=PARIS, facility=PARIS)
    for text in (world.issue().number, unknown(), "ABCDE"):
        with pytest.raises(Forbidden):
            world.present(text, software)
    assert not [m for m in world.messages() if isinstance(m, NumberRefused)]
