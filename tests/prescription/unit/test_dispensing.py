"""At the pharmacy: per line, per quantity, and never more than was prescribed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.prescription import contract as c
from services.prescription.domain import refusals
from services.prescription.domain.prescription import State
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from tests.prescription.world import (
    DOCTOR,
    LYON,
    NURSE,
    PARIS,
    PHARMACIST,
    World,
    dispensing,
    given,
    line,
    pharmacist,
)

OTHER: dict[str, Any] = {"product": {"label": "DOLIPRANE 500 mg"}}
AGREED = {"prescriber": "801234567897", "on": "2026-11-21"}


def test_partly_then_all(world: World) -> None:
    """The rest stays; with the last box the number is deactivated."""
    number = world.issue(line(), line("B", quantity=1)).number

    first = world.dispense(number, given(1), given(0, 2, "not_dispensed", reason="out_of_stock"))
    assert first.state is State.PARTIALLY_DISPENSED
    second = world.dispense(number, given(1), given(1, 2), by=pharmacist(LYON, "810000000002"))
    assert second.state is State.DISPENSED

    with pytest.raises(refusals.NumberUsed):
        world.dispense(number, given(1), given(1, 2))
    assert world.topics()[-3:] == [
        "prescription_completed", "dispensation_documented", "presentation_refused",
    ]  # fmt: skip


def test_who_works_nowhere_is_shown_nothing_and_hands_out_nothing(world: World) -> None:
    """A dispensation is of a pharmacy, which answers for it."""
    number, nowhere = world.issue().number, replace(PHARMACIST, facility=None)
    before = world.topics()

    for act in (
        lambda: world.present(number, nowhere),
        lambda: world.dispense(number, given(1), by=nowhere),
        lambda: world.app.received(c.Received(), nowhere),
    ):
        with pytest.raises(Forbidden, match="place of work"):
            act()

    assert world.topics() == before


def test_never_more_than_what_is_left(world: World) -> None:
    """Refused whole: the other line does not leave either."""
    number = world.issue(line(), line("B", quantity=1)).number
    with pytest.raises(refusals.NothingLeft) as refused:
        world.dispense(number, given(1), given(2, 2))
    assert refused.value.fields == {"lines.2.quantity": "1 may leave today"}
    assert not world.of(number).has_left()


def test_a_repeated_request_leaves_once(world: World) -> None:
    """Also in another process, after a restart; with other arguments it is a conflict."""
    number = world.issue().number
    request = dispensing(number, given(2))
    first = world.app.dispense(request, PHARMACIST)
    world.again()

    assert world.app.dispense(request, PHARMACIST) == first
    assert world.of(number).left(world.of(number).lines[0]) == 2
    changed = request.model_copy(update={"handwritten": [c.Product(label="X")]})
    with pytest.raises(Conflict):
        world.app.dispense(changed, PHARMACIST)


@pytest.mark.parametrize(
    ("outcomes", "field"),
    [
        ([given(1)], "lines.2"),
        ([given(1), given(0, 2)], "outcomes.1.quantity"),
        ([given(1), given(1, 2, "not_dispensed", reason="allergy")], "outcomes.1.quantity"),
        ([given(1), given(0, 2, "not_dispensed")], "outcomes.1.reason"),
        ([given(1), given(1, 2, "substituted")], "outcomes.1.product"),
        ([given(1, what="substituted", **OTHER), given(0, 2, "later")], "outcomes.0.what"),
        ([given(1), given(1, 2, "modified", reason="dosage", **OTHER)], "outcomes.1.agreement"),
        ([given(1), given(1, 3)], "outcomes.1.line"),
        ([given(1), given(1), given(0, 2, "later")], "outcomes.0.line"),
    ],
    ids=[
        "a line without outcome", "nothing dispensed", "not dispensed yet some", "no reason",
        "substituted by nothing", "substitution not allowed", "changed without agreement",
        "no such line", "twice",
    ],
)  # fmt: skip
def test_each_line_gets_one_complete_outcome(
    world: World, outcomes: list[dict[str, Any]], field: str
) -> None:
    number = world.issue(line(substitutable=False), line("B")).number
    with pytest.raises(InvalidRequest) as refused:
        world.dispense(number, *outcomes)
    assert field in refused.value.fields


def test_substituted_changed_and_written_by_hand(world: World) -> None:
    """What was really dispensed is kept, with who agreed to the change and when."""
    number = world.issue(line(), line("B")).number
    world.dispense(
        number,
        given(2, what="substituted", **OTHER),
        given(2, 2, "modified", reason="dosage", agreement=AGREED, **OTHER),
        handwritten=[{"label": "Compresses"}],
    )
    (kept,) = world.of(number).dispensations.values()
    assert kept.given[0].product
    assert kept.given[0].product.label == "DOLIPRANE 500 mg"
    assert kept.given[1].agreed_by == "801234567897"
    assert [product.label for product in kept.handwritten] == ["Compresses"]


def test_renewed_every_month(world: World) -> None:
    """Before its day nothing of the renewal leaves."""
    number = world.issue(line(renewals=1, every=28)).number
    world.dispense(number, given(2))
    with pytest.raises(refusals.NothingLeft):
        world.dispense(number, given(1))
    world.move(28)
    assert world.dispense(number, given(2)).state is State.DISPENSED


def test_exceptionally_renewed(world: World) -> None:
    """Once the treatment is finished; three times at most, each for one delivery at most."""
    number = world.issue(line(renewals=1)).number
    extra: dict[str, Any] = {"what": "exceptional_renewal", "reason": "prescriber_unreachable"}
    world.dispense(number, given(2))
    with pytest.raises(refusals.NothingLeft):
        world.dispense(number, given(1, **extra))
    world.dispense(number, given(2))

    with pytest.raises(refusals.NothingLeft):
        world.dispense(number, given(3, **extra))
    for _ in range(3):
        assert world.dispense(number, given(2, **extra)).state is State.DISPENSED
    with pytest.raises(refusals.NothingLeft):
        world.dispense(number, given(1, **extra))


def test_an_exceptional_renewal_ends_three_months_after_the_validity(world: World) -> None:
    """Its last day counts; the next one does not."""
    number = world.issue(line(renewals=1)).number
    extra: dict[str, Any] = {"what": "exceptional_renewal", "reason": "prescriber_unreachable"}
    for _ in range(2):
        world.dispense(number, given(2))

    world.move_to(date(2028, 2, 21))
    assert world.dispense(number, given(2, **extra)).state is State.DISPENSED
    world.move(1)
    with pytest.raises(refusals.NothingLeft):
        world.dispense(number, given(2, **extra))


def test_no_exceptional_renewal_of_what_was_not_renewable(world: World) -> None:
    number = world.issue().number
    world.dispense(number, given(2))
    extra = given(1, what="exceptional_renewal", reason="prescriber_unreachable")
    with pytest.raises(refusals.NothingLeft):
        world.dispense(number, extra)


def test_given_back_it_may_leave_again(world: World) -> None:
    """By the pharmacy that dispensed it, once, with a reason; the number works again."""
    number = world.issue().number
    done = world.dispense(number, given(2))

    def back(facility: str) -> c.Changed:
        request = c.ReverseDispensation(
            request_id=uuid4(), number=number, dispensation=done.dispensation_id,
            reason="entry_error",
        )  # fmt: skip
        return world.app.reverse_dispensation(request, pharmacist(facility))

    with pytest.raises(refusals.NumberUnknown):
        back(LYON)
    assert back(PARIS).state is State.CREATED
    with pytest.raises(Conflict):
        back(PARIS)
    assert world.dispense(number, given(2)).state is State.DISPENSED


def test_refused_from_the_day_after(world: World) -> None:
    """Before any sweep, and after."""
    number = world.issue().number
    world.move_to(date(2027, 2, 21))
    world.present(number)
    world.move(1)
    with pytest.raises(refusals.NumberExpired):
        world.dispense(number, given(1))
    world.project()
    world.app.expire_due()
    world.app.expire_due()
    assert world.of(number).state is State.EXPIRED
    assert world.topics().count("prescription_expired") == 1


def test_begun_in_time_it_lasts_its_year(world: World) -> None:
    """The three months are for the first delivery."""
    number = world.issue(line(renewals=3)).number
    world.dispense(number, given(2))
    world.move(300)
    world.project()
    world.app.expire_due()
    assert world.dispense(number, given(2)).state is State.PARTIALLY_DISPENSED


def test_only_those_who_may_dispense(world: World) -> None:
    """By kind of product and profession: a pharmacist no glasses, a nurse nothing."""
    number = world.issue(line("Verres", kind="glasses")).number
    for who in (PHARMACIST, NURSE):
        with pytest.raises(Forbidden):
            world.dispense(number, given(1), by=who)


@pytest.mark.parametrize("what", ["later", "not_dispensed"])
def test_whoever_may_dispense_no_line_does_not_say_that_nothing_leaves(
    world: World, what: str
) -> None:
    """A nurse cannot close a line to the pharmacy; who dispenses one line speaks of all."""
    number = world.issue(line(), line("Verres", kind="glasses")).number
    left = [given(0, on, what, reason="out_of_stock") for on in (1, 2)]
    for who in (NURSE, DOCTOR):
        with pytest.raises(Forbidden):
            world.dispense(number, *left, by=who)
    assert world.dispense(number, *left).state is State.CREATED


def test_all_given_back_the_first_delivery_is_due_in_three_months_again(world: World) -> None:
    """What was listed as valid for its year is closed on the day after."""
    number = world.issue(line(renewals=3)).number
    done = world.dispense(number, given(2))
    request = c.ReverseDispensation(
        request_id=uuid4(), number=number, dispensation=done.dispensation_id, reason="returned"
    )
    world.app.reverse_dispensation(request, PHARMACIST)

    world.move_to(date(2027, 2, 22))
    world.project()
    world.app.expire_due()

    assert world.of(number).state is State.EXPIRED


@pytest.mark.parametrize("what", ["later", "not_dispensed"])
def test_nothing_is_written_on_a_closed_number(world: World, what: str) -> None:
    """Not even that nothing left: used, cancelled or out of time, it is refused by its code."""
    said = given(0, what=what, reason="out_of_stock")
    used, cancelled, late = (world.issue().number for _ in range(3))
    world.dispense(used, given(2))
    cancel = c.Cancel(request_id=uuid4(), number=cancelled, reason="prescriber_error")
    world.app.cancel(cancel, DOCTOR)

    for number, refusal in (
        (used, refusals.NumberUsed), (cancelled, refusals.NumberCancelled),
    ):  # fmt: skip
        with pytest.raises(refusal):
            world.dispense(number, said)
    world.move_to(date(2027, 2, 22))
    with pytest.raises(refusals.NumberExpired):
        world.dispense(late, said)


def test_an_exceptional_renewal_goes_on_from_a_delivery(world: World) -> None:
    """Of a treatment that nobody ever fetched there is nothing to renew; nor does a nurse."""
    number = world.issue(line(renewals=1)).number
    extra = given(2, what="exceptional_renewal", reason="prescriber_unreachable")
    begun = world.issue(line(renewals=1)).number
    for _ in range(2):
        world.dispense(begun, given(2))
    world.move(366)

    with pytest.raises(refusals.NothingLeft):
        world.dispense(number, extra)
    with pytest.raises(Forbidden):
        world.dispense(begun, extra, by=NURSE)
    assert world.dispense(begun, extra).state is State.DISPENSED


def test_an_agreement_of_a_day_that_has_begun_overseas(world: World) -> None:
    """Half past midnight on Réunion is half past nine in Paris, the evening before."""
    number = world.issue().number
    changed: dict[str, Any] = {"what": "modified", "reason": "dosage", **OTHER}
    world.clock.move(timedelta(hours=12))
    world.dispense(number, given(1, **changed, agreement=AGREED | {"on": "2026-11-22"}))


def test_an_agreement_was_given_by_then(world: World) -> None:
    """On the day itself at the latest."""
    number = world.issue().number
    changed: dict[str, Any] = {"what": "modified", "reason": "dosage", **OTHER}
    with pytest.raises(InvalidRequest) as refused:
        world.dispense(number, given(1, **changed, agreement=AGREED | {"on": "2026-11-22"}))
    assert list(refused.value.fields) == ["outcomes.0.agreement"]
    world.dispense(number, given(1, **changed, agreement=AGREED))


def skipped(world: World, every: int, **more: Any) -> str:
    """A number of twelve deliveries of two boxes, the first of which left 300 days ago."""
    number = world.issue(line(renewals=11, every=every, **more)).number
    world.dispense(number, given(2))
    world.move(300)
    return number


@pytest.mark.parametrize(
    ("every", "usual", "most"), [(28, 2, 6), (30, 2, 6), (31, 2, 6), (90, 2, 2), (7, 8, 22)]
)
def test_no_more_than_three_months_leave_at_once(
    world: World, every: int, usual: int, most: int
) -> None:
    """Thirty days or four weeks as a rule, three months of contraceptives and large packages (CSP
    R5132-12, R5123-2), which nobody can tell: beyond thirty days the pharmacist is told so."""
    number = skipped(world, every)
    (told,) = world.present(number).prescription.lines
    assert (told.open_now, told.usual_now) == (most, usual)

    if most < 22:
        with pytest.raises(refusals.TooMuchAtOnce):
            world.dispense(number, given(most + 1))
    assert world.dispense(number, given(usual)).beyond_usual == []
    with pytest.raises((refusals.TooMuchAtOnce, refusals.NothingLeft)):
        world.dispense(number, given(most - usual + 1))
    if most > usual:
        assert world.dispense(number, given(most - usual)).beyond_usual == [1]
    if most < 22:
        with pytest.raises(refusals.TooMuchAtOnce):
            world.dispense(number, given(1), by=pharmacist(LYON))
        world.move(1)
        world.dispense(number, given(1))


def test_how_long_a_delivery_lasts_may_be_unknown(world: World) -> None:
    """Without ``every`` it may be for a week: nothing is refused, and more than one is told."""
    number = world.issue(line(renewals=11)).number
    assert world.dispense(number, given(2)).beyond_usual == []
    assert world.dispense(number, given(22)).beyond_usual == [1]


def test_devices_have_no_such_rule(world: World) -> None:
    number = skipped(world, 28, kind="device")
    assert world.present(number).prescription.lines[0].usual_now is None
    assert world.dispense(number, given(20)).beyond_usual == []


def test_nothing_leaves_before_the_day_that_is_asked_for(world: World) -> None:
    number = world.issue(valid_from="2026-12-24").number
    with pytest.raises(refusals.NotYetValid):
        world.dispense(number, given(2))
    world.move_to(date(2026, 12, 24))
    world.dispense(number, given(2))


@pytest.mark.parametrize("day", ["2026-11-20", "2027-02-22"])
def test_a_beginning_that_cannot_be(world: World, day: str) -> None:
    """Before the prescription; once its three months are over."""
    with pytest.raises(InvalidRequest) as refused:
        world.issue(valid_from=day)
    assert list(refused.value.fields) == ["valid_from"]
