"""Who finds, reads and follows a prescription."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.prescription import contract as c
from services.prescription.policies import POLICIES
from shared.eventing.received import Received
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.stores.documents import Eq
from tests.prescription.world import (
    DOCTOR,
    LYON,
    PARENT,
    PARIS,
    PARIS_TOO,
    PATIENT,
    PHARMACIST,
    RECORD,
    STRANGER,
    World,
    given,
    pharmacist,
)
from tests.support.published import published

HIDDEN = "INVISIBLE_REPRESENTANTS_LEGAUX"
NEIGHBOUR = pharmacist(LYON, "810000000002")


def numbers(world: World, by: Actor) -> list[str]:
    world.project()
    found = world.app.prescriptions(c.Prescriptions(record_id=RECORD), by)
    assert found.total == len(found.items)
    return [item.number for item in found.items]


def test_hidden_from_representatives(world: World) -> None:
    """From lists, totals and history alike; every message says so."""
    plain, hidden = world.issue().number, world.issue(confidentiality=[HIDDEN]).number

    assert set(numbers(world, PATIENT)) == {plain, hidden}
    assert numbers(world, PARENT) == [plain]
    with pytest.raises(Forbidden):
        world.app.history(c.History(number=hidden), PARENT)
    told = [m.model_dump() for m in world.messages() if m.record_id]
    assert [m["confidentiality"] for m in told] == [["N"], [HIDDEN]]


def test_masked_with_its_document(world: World) -> None:
    """The vault masks the document: the prescription is hidden from professionals too, but for
    its prescriber, and for the pharmacy the person shows it to."""
    issued = world.issue()
    received = Received(
        publisher="vault", type="vault.document_masked", version=1, key="k", epoch="e",
        position=1, occurred_at=datetime(2026, 11, 21, tzinfo=UTC), record=RECORD,
        data=published(
            "vault.document_masked",
            record_id=str(RECORD),
            document_id=str(issued.document_id),
            confidentiality=["MASQUE_PS"],
        ),
    )  # fmt: skip
    outcome = POLICIES["vault.document_masked"](world.app, received)
    assert outcome
    world.app.commit(outcome)
    world.access.consent(RECORD, PHARMACIST)
    world.access.consent(RECORD, DOCTOR)

    assert numbers(world, PHARMACIST) == []
    assert numbers(world, DOCTOR) == [issued.number]
    assert world.present(issued.number).prescription.confidentiality == ["MASQUE_PS"]


def test_sent_to_a_pharmacy_which_then_reads_it(world: World) -> None:
    """It alone; the message names it, so that it is told."""
    number = world.issue().number
    sending = c.SendToPharmacy(request_id=uuid4(), number=number, facility=PARIS)
    with pytest.raises(Forbidden):
        world.app.send_to_pharmacy(sending, STRANGER)
    world.app.send_to_pharmacy(sending, PATIENT)
    world.project()

    def received(by: Actor) -> list[str]:
        return [item.number for item in world.app.received(c.Received(), by).items]

    assert received(PHARMACIST) == [number]
    assert received(NEIGHBOUR) == []
    sent = [m.model_dump() for m in world.messages() if m.TYPE.endswith("sent")]
    assert [m["facility"] for m in sent] == [PARIS]
    world.access.block(RECORD, PHARMACIST)
    assert received(PHARMACIST) == []


def send(world: World, number: str) -> None:
    sending = c.SendToPharmacy(request_id=uuid4(), number=number, facility=PARIS)
    world.app.send_to_pharmacy(sending, PATIENT)


def sendings(world: World) -> int:
    world.project()
    return world.documents.count(Eq("kind", "sending"))


def cancel(world: World, number: str) -> None:
    cancelling = c.Cancel(request_id=uuid4(), number=number, reason="treatment_changed")
    world.app.cancel(cancelling, DOCTOR)


def dispense_all(world: World, number: str) -> None:
    world.dispense(number, given(2))


def let_it_expire(world: World, _number: str) -> None:
    world.move(days=365)
    world.project()
    world.app.expire_due()


@pytest.mark.parametrize("end", [cancel, dispense_all, let_it_expire])
def test_what_is_over_is_not_looked_through_for_ever(
    world: World, end: Callable[[World, str], None]
) -> None:
    """Each look of a pharmacy at what was sent to it went through all that ever was."""
    number = world.issue().number
    send(world, number)
    assert sendings(world) == 1

    end(world, number)

    assert sendings(world) == 0
    assert world.of(number).sent_to == [PARIS]


def test_opened_again_it_is_sent_again(world: World) -> None:
    """By the person: what it was sent for has been served, to the last box."""
    number = world.issue().number
    send(world, number)
    done = world.dispense(number, given(2))
    request = c.ReverseDispensation(
        request_id=uuid4(), number=number, dispensation=done.dispensation_id, reason="returned"
    )
    world.app.reverse_dispensation(request, PHARMACIST)
    assert sendings(world) == 0

    send(world, number)

    assert sendings(world) == 1
    assert [i.number for i in world.app.received(c.Received(), PHARMACIST).items] == [number]


@pytest.mark.parametrize("facility", [PARIS_TOO, "1750512345", "1990000019", "elsewhere"])
def test_sent_to_open_pharmacies_of_the_directory_only(world: World, facility: str) -> None:
    """Not to one that closed, to a doctor's, or to what nobody knows: it would be told nothing."""
    number = world.issue().number
    sending = c.SendToPharmacy(request_id=uuid4(), number=number, facility=facility)
    with pytest.raises(InvalidRequest) as refused:
        world.app.send_to_pharmacy(sending, PATIENT)
    assert list(refused.value.fields) == ["facility"]
    assert world.of(number).sent_to == []


def test_history(world: World) -> None:
    """The person and the prescriber see all that was really dispensed; a pharmacy its own, and
    the rest once the person agreed."""
    number = world.issue().number
    world.dispense(number, given(1))
    world.dispense(number, given(1), by=NEIGHBOUR)

    def seen(by: Actor) -> tuple[int, bool]:
        told = world.app.history(c.History(number=number), by)
        return len(told.dispensations), told.complete

    assert seen(PATIENT) == seen(DOCTOR) == (2, True)
    assert seen(PHARMACIST) == (1, False)
    world.access.consent(RECORD, PHARMACIST)
    assert seen(PHARMACIST) == (2, True)


def test_pages_and_states(world: World) -> None:
    """Each once; by state."""
    issued = [world.issue().number for _ in range(5)]
    world.dispense(issued[0], given(2))
    world.project()
    found: list[str] = []
    cursor = None
    while True:
        asked = c.Prescriptions(record_id=RECORD, limit=2, cursor=cursor)
        page = world.app.prescriptions(asked, PATIENT)
        assert page.total == 5
        found += [item.number for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(found) == sorted(issued)
    done = world.app.prescriptions(c.Prescriptions(record_id=RECORD, state="dispensed"), PATIENT)
    assert [item.number for item in done.items] == [issued[0]]


def test_an_issue_under_way_is_in_no_list(world: World) -> None:
    """Its number opens nothing yet."""
    world.vault.refusal = Forbidden()
    with pytest.raises(Forbidden):
        world.issue()
    assert numbers(world, PATIENT) == []


def test_of_a_closed_number_nothing_may_leave_today(world: World) -> None:
    """What may leave is 0 in every list from then on; before, what the line allows."""
    number = world.issue().number

    def open_now() -> int:
        asked = c.History(number=number)
        return world.app.history(asked, PATIENT).prescription.lines[0].open_now

    assert open_now() == 2
    world.app.cancel(
        c.Cancel(request_id=uuid4(), number=number, reason="treatment_changed"), DOCTOR
    )
    assert open_now() == 0
