"""A minor's secret session changes nothing that representatives see (CSP L1111-5, R1111-50)."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from services.prescription import contract as c
from shared.kernel.secrecy import SeenByRepresentatives
from tests.prescription.world import DOCTOR, PARIS, PATIENT, PHARMACIST, World, given, line

HIDDEN = ["INVISIBLE_REPRESENTANTS_LEGAUX"]
MINOR, SECRET_DOCTOR, SECRET_PHARMACIST = (
    replace(who, secret=True) for who in (PATIENT, DOCTOR, PHARMACIST)
)


def send(world: World, number: str) -> None:
    sending = c.SendToPharmacy(request_id=uuid4(), number=number, facility=PARIS)
    world.app.send_to_pharmacy(sending, MINOR)


def cancel(world: World, number: str) -> None:
    cancelling = c.Cancel(request_id=uuid4(), number=number, reason="prescriber_error")
    world.app.cancel(cancelling, SECRET_DOCTOR)


def replaced(world: World, number: str) -> None:
    given_ = {"request_id": uuid4(), "number": number, "lines": [line()]}
    asked = c.Replace.model_validate({**given_, "confidentiality": HIDDEN})
    world.app.replace(asked, SECRET_DOCTOR)


def dispense(world: World, number: str) -> None:
    world.dispense(number, given(1), by=SECRET_PHARMACIST)


def give_back(world: World, number: str) -> None:
    done = world.dispense(number, given(1))
    request = c.ReverseDispensation(
        request_id=uuid4(), number=number, dispensation=done.dispensation_id, reason="returned"
    )
    world.app.reverse_dispensation(request, SECRET_PHARMACIST)


ACTS = [send, cancel, replaced, dispense, give_back]


@pytest.mark.parametrize("act", ACTS)
def test_what_representatives_see_stays_as_it_is(
    world: World, act: Callable[[World, str], None]
) -> None:
    """They saw where it was sent, and what had left."""
    number = world.issue().number
    with pytest.raises(SeenByRepresentatives):
        act(world, number)
    assert world.of(number).sent_to == []
    assert world.of(number).replaced_by is None


@pytest.mark.parametrize("act", ACTS)
def test_what_they_do_not_see_is_changed(world: World, act: Callable[[World, str], None]) -> None:
    act(world, world.issue(confidentiality=HIDDEN).number)


def test_it_is_shown_at_the_counter(world: World) -> None:
    """Which nobody else sees."""
    number = world.issue().number
    assert world.present(number, by=SECRET_PHARMACIST).prescription.state == "created"
