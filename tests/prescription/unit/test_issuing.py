"""Issuing: a prescription and its document, both or neither, wherever a process dies."""

from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.prescription import contract as c
from services.prescription.domain import refusals, terms
from services.prescription.domain.prescription import Prescription, State
from services.prescription.policies import POLICIES
from shared.eventing.received import Received
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, Unavailable
from shared.stores.event_log import Followed, Link
from tests.prescription.world import (
    DOCTOR,
    NURSE,
    OPERATOR,
    OTHER_DOCTOR,
    PATIENT,
    RECORD,
    Killed,
    World,
    asked,
    given,
    line,
)
from tests.support.published import published


def kept(world: World, prescription_id: UUID) -> Prescription:
    found = world.app.prescription(prescription_id)
    assert found
    return found


def kill_at(world: World, step: str) -> None:
    def dies(reached: str) -> None:
        if reached == step:
            raise Killed

    world.vault.dies = dies


def killed_issue(world: World, request: c.Issue, step: str) -> UUID:
    """Issue, die there, start again; the prescription that was left half-way."""
    if step == "end":
        world.app.complete = die  # type: ignore[method-assign]  # where this process ends
    else:
        kill_at(world, step)
    with pytest.raises(Killed):
        world.app.issue(request, DOCTOR)
    world.vault.dies = lambda _: None
    world.again()
    (left,) = world.app.unfinished(c.Unfinished(), OPERATOR).items
    return left.prescription_id


def told_by_vault(document_id: UUID, by: dict[str, Any] | None = None, **said: Any) -> Received:
    carried = {"kind": "service", "id": "prescription", "on_behalf_of": DOCTOR.to_event()}
    return Received(
        publisher="vault",
        type="vault.document_deposited",
        version=1,
        key="k",
        epoch="e",
        position=7,
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
        record=RECORD,
        data=published(
            "vault.document_deposited",
            record_id=str(RECORD),
            by=by or carried,
            document_id=str(document_id),
            **{"type": "57833-6", **said},
        ),
    )


def die(*_: object) -> NoReturn:
    raise Killed


STEPS = ["before", "after", "end"]


def test_issued_with_its_document(world: World) -> None:
    """A number, its codes, and a document in the vault of the same visibility."""
    issued = world.issue(confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])

    assert world.vault.asked == [
        {"record_id": RECORD, "codes": ["INVISIBLE_REPRESENTANTS_LEGAUX"], "replaces": None}
    ]
    assert world.of(issued.number).document_id == issued.document_id
    assert world.topics() == ["prescription_prepared", "prescription_issued"]


HIDDEN = "INVISIBLE_REPRESENTANTS_LEGAUX"


def test_hidden_as_the_vault_hides_its_document(world: World) -> None:
    """Which may be more than was asked for: the person masks what comes in, its header says so.
    Its first message says it too."""
    world.vault.hides = frozenset({"MASQUE_PS"})
    issued = world.issue(confidentiality=[HIDDEN])

    assert world.of(issued.number).confidentiality == (HIDDEN, "MASQUE_PS")
    assert [m.model_dump()["confidentiality"] for m in world.messages()] == [[HIDDEN, "MASQUE_PS"]]


def test_killed_it_is_hidden_as_the_vault_says(world: World) -> None:
    left = killed_issue(world, asked(), "end")
    (document_id,) = world.vault.contents
    told = told_by_vault(document_id, confidentiality=["MASQUE_PS", "N"])

    outcome = POLICIES["vault.document_deposited"](world.app, told)

    assert outcome
    world.app.commit(outcome)
    assert kept(world, left).confidentiality == ("MASQUE_PS", "N")


def test_a_request_repeated_is_one_prescription(world: World) -> None:
    """A lost answer costs nothing."""
    request = asked()
    first, second = world.app.issue(request, DOCTOR), world.app.issue(request, DOCTOR)

    assert first.number == second.number
    assert len(world.vault.taken) == 1


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_the_retry_finishes(world: World, step: str) -> None:
    """Same request after the restart: one prescription, one document."""
    request = asked()
    left = killed_issue(world, request, step)
    assert kept(world, left).state is State.PREPARED

    issued = world.app.issue(request, DOCTOR)

    assert issued.prescription_id == left
    assert list(world.vault.contents) == [issued.document_id]
    assert world.topics().count("prescription_issued") == 1
    assert world.app.unfinished(c.Unfinished(), OPERATOR).items == []


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_the_next_issue_finishes_it(world: World, step: str) -> None:
    """One issue under way per issuer and record: the former is never forgotten."""
    left = killed_issue(world, asked(), step)

    world.issue(line("AUTRE"))

    assert kept(world, left).state is State.CREATED
    assert len(world.vault.contents) == 2


@pytest.mark.parametrize("step", ["after", "end"])
def test_killed_after_the_vault_its_message_finishes(world: World, step: str) -> None:
    """Nobody comes back; the vault says the document is there."""
    left = killed_issue(world, asked(), step)
    (document_id,) = world.vault.contents

    outcome = POLICIES["vault.document_deposited"](world.app, told_by_vault(document_id))

    assert outcome
    world.app.commit(outcome)
    assert kept(world, left).document_id == document_id
    # Told again, or told of one already known, while another issue is under way: nothing.
    killed_issue(world, asked(), "before")
    assert POLICIES["vault.document_deposited"](world.app, told_by_vault(document_id)) is None


def test_documents_of_others_finish_nothing(world: World) -> None:
    """Put in by the doctor's own software, or in another doctor's name."""
    killed_issue(world, asked(), "before")
    policy = POLICIES["vault.document_deposited"]
    other = {"kind": "service", "id": "prescription", "on_behalf_of": OTHER_DOCTOR.to_event()}

    assert policy(world.app, told_by_vault(uuid4(), DOCTOR.to_event())) is None
    assert policy(world.app, told_by_vault(uuid4(), other)) is None


def test_the_document_of_a_dispensation_finishes_nothing(world: World) -> None:
    """A hospital's software prescribes and dispenses in one name: the number had the document of
    what its pharmacy handed over meanwhile, and its own was unknown."""
    killed_issue(world, asked(), "before")
    receipt = told_by_vault(uuid4(), type="60593-1")
    assert POLICIES["vault.document_deposited"](world.app, receipt) is None


def test_killed_before_the_vault_and_nobody_back_neither(world: World) -> None:
    """Given up only once it is proven that the vault has nothing: all it said was followed."""
    left = killed_issue(world, asked(), "before")
    world.clock.move(timedelta(minutes=16))
    world.vault.position = 5

    world.app.abandon_stale()
    assert kept(world, left).state is State.PREPARED

    reached = Link("e", 5, "d")
    world.app.apply(None, Followed(publisher="vault", previous=None, reached=reached))
    world.app.abandon_stale()
    assert kept(world, left).state is State.ABANDONED
    assert world.vault.contents == {}
    assert world.app.unfinished(c.Unfinished(), OPERATOR).items == []


def test_what_was_followed_of_another_history_proves_nothing(world: World) -> None:
    """A vault that was restored counts anew from before: the document came at a place that was
    followed when it held something else."""
    left = killed_issue(world, asked(), "after")
    world.clock.move(timedelta(minutes=16))
    reached = Link("e", 500, "d")
    world.app.apply(None, Followed(publisher="vault", previous=None, reached=reached))
    world.vault.epoch, world.vault.position = "e2", 450

    world.app.abandon_stale()

    assert kept(world, left).state is State.PREPARED


def test_a_recent_one_is_left_alone(world: World) -> None:
    """Its caller may still be there."""
    left = killed_issue(world, asked(), "before")
    world.clock.move(timedelta(minutes=14))
    world.app.abandon_stale()
    assert kept(world, left).state is State.PREPARED


def test_what_the_vault_refuses_is_not_issued(world: World) -> None:
    """Neither; the repeated request is told the same, and a new one works."""
    world.vault.refusal = InvalidRequest("no")
    request = asked()
    with pytest.raises(InvalidRequest):
        world.app.issue(request, DOCTOR)
    world.vault.refusal = None

    with pytest.raises(refusals.NotTaken):
        world.app.issue(request, DOCTOR)
    assert world.vault.contents == {}
    assert world.topics() == ["prescription_prepared", "prescription_abandoned"]
    world.issue()


def test_an_unknown_outcome_gives_nothing_up(world: World) -> None:
    """The vault may have it."""
    world.vault.refusal = Unavailable()
    with pytest.raises(Unavailable):
        world.issue()
    assert len(world.app.unfinished(c.Unfinished(), OPERATOR).items) == 1


@pytest.mark.parametrize("label", ["", " ", "\u00a0\t"])
def test_what_is_prescribed_has_a_name(label: str) -> None:
    """One of spaces is none: a box of nothing, with a number that works."""
    with pytest.raises(ValidationError, match="label"):
        asked(line(label))


def test_what_was_taken_before_is_shown_all_the_same() -> None:
    shown = c.GivenView(
        line=1, what="dispensed", quantity=1, product=c.Product.of(terms.Product(label=" ")),
        reason=None, agreed_by=None, agreed_on=None,
    )  # fmt: skip
    assert shown.model_dump(mode="json")["product"]["label"] == " "


def test_who_may_prescribe(world: World) -> None:
    """A nurse no medicine; a doctor their own CDA only; nobody in a record access closes."""
    with pytest.raises(InvalidRequest):
        world.issue(by=NURSE)
    with pytest.raises(Forbidden):
        world.issue(record_id=str(uuid4()))
    assert world.events() == []


def test_cancelled_before_anything_left(world: World) -> None:
    """By its prescriber; then the number opens nothing."""
    number = world.issue().number
    cancelling = c.Cancel(request_id=uuid4(), number=number, reason="prescriber_error")
    with pytest.raises(Forbidden):
        world.app.cancel(cancelling, OTHER_DOCTOR)

    world.app.cancel(cancelling, DOCTOR)

    with pytest.raises(refusals.NumberCancelled):
        world.present(number)


def test_not_cancelled_once_something_left(world: World) -> None:
    number = world.issue().number
    world.dispense(number, given(1))
    with pytest.raises(Conflict):
        world.app.cancel(
            c.Cancel(request_id=uuid4(), number=number, reason="treatment_changed"), DOCTOR
        )


def replacing(number: str) -> c.Replace:
    lines = [line("AUTRE")]
    return c.Replace.model_validate({"request_id": uuid4(), "number": number, "lines": lines})


def test_replaced_by_another(world: World) -> None:
    """Its document too; hidden from whom the former was."""
    former = world.issue(confidentiality=["MASQUE_PS"])

    issued = world.app.replace(replacing(former.number), DOCTOR)

    assert world.of(former.number).state is State.CANCELLED
    assert world.of(issued.number).replaces == former.prescription_id
    assert world.vault.asked[1] == {
        "record_id": RECORD, "codes": ["MASQUE_PS"], "replaces": former.document_id,
    }  # fmt: skip
    with pytest.raises(refusals.NumberCancelled):
        world.present(former.number)


def test_nothing_leaves_while_it_is_being_replaced(world: World) -> None:
    """Killed half-way, the former gives nothing; refused by the vault, it works again."""
    former = world.issue()
    kill_at(world, "before")
    request = replacing(former.number)
    with pytest.raises(Killed):
        world.app.replace(request, DOCTOR)
    world.vault.dies = lambda _: None
    with pytest.raises(refusals.NumberReplaced):
        world.dispense(former.number, given(1))

    world.vault.refusal = InvalidRequest("no")
    with pytest.raises(refusals.NotTaken):
        world.app.replace(request, DOCTOR)
    assert world.dispense(former.number, given(1)).state is State.PARTIALLY_DISPENSED


def test_only_the_person_shows_their_number(world: World) -> None:
    """Found again by its id."""
    issued = world.issue()
    shown = world.app.show(c.Show(prescription_id=issued.prescription_id), PATIENT)
    assert shown.number == issued.number
    with pytest.raises(Forbidden):
        world.app.show(c.Show(prescription_id=uuid4()), PATIENT)


def test_a_line_says_its_own_renewals(world: World) -> None:
    """``renewals`` of the prescription is of lines that do not say themselves."""
    number = world.issue(line(), line("B", renewals=0), line("C", renewals=5), renewals=2).number
    assert [one.deliveries for one in world.of(number).lines] == [3, 1, 6]
