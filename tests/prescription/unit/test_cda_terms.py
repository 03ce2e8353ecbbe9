"""When a CDA prescription lets something leave, how much, and in which sections its lines are."""

import base64
from datetime import date, timedelta

import pytest

from services.prescription import contract as c
from services.prescription.adapters.cda import CdaDocuments
from services.prescription.domain.ports import Read
from services.prescription.domain.refusals import NothingLeft, NotYetValid, TooMuchAtOnce
from shared.kernel.errors import InvalidRequest
from tests.prescription.cda import (
    DEVICES,
    EP_MED_DM,
    FR_SUPPLY,
    LPP,
    MEDICINES,
    act_of_prescription,
    device,
    document,
    renewal_period,
    section,
    supplied,
    treatment,
    untitled,
)
from tests.prescription.world import DOCTOR, PHARMACIST, World, asked, given

TODAY = date(2026, 11, 21)
BED = device(f'<code code="1200001" displayName="lit" codeSystem="{LPP}"/>')


def written(time: str) -> str:
    return f'<effectiveTime value="{time}"/>'


def read(**more: str) -> Read:
    return CdaDocuments().read(document(section(treatment()), **more))


def issue(world: World, data: bytes, **more: object) -> c.Issued:
    return world.app.issue(asked(content=base64.b64encode(data).decode(), **more), DOCTOR)


def test_space_around_a_token_is_no_part_of_it() -> None:
    """XML Schema: OIDs, codes and numbers are tokens. The template of the quantity was not known,
    and a line of two packages let any number leave."""
    act = treatment(related=supplied('value=" 2 " unit=" 30009000 "', f" {FR_SUPPLY}\n"))
    data = document(section(act, code=f" {MEDICINES} "), code="\t57833-6 ")
    (line,) = CdaDocuments().read(data).lines
    assert (line.quantity, line.unit, line.sufficient) == (2, "boîte(s)", False)


def test_the_day_it_was_written() -> None:
    """In France, whatever the zone of its hour."""
    assert read(written=written("20261031233000+0000")).written_on == date(2026, 11, 1)
    assert read().written_on is None


def test_terms_run_from_the_day_it_was_written(world: World) -> None:
    """Not from that of its issue: "une ordonnance datant de moins de trois mois" (CSP R5132-22),
    for devices of six (CSS R165-40)."""
    data = document(
        section(treatment()), section(BED, code=DEVICES), written=written("20260930101500+0200")
    )
    prescription = world.of(issue(world, data).number)

    assert prescription.issued_on == date(2026, 9, 30)
    assert [(one.first_by, one.until) for one in prescription.lines] == [
        (date(2026, 12, 30), date(2027, 9, 30)), (date(2027, 3, 30), date(2027, 9, 30)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("time", "sentence"), [("20260820", "over"), ("20261122", "future"), ("99991231", "future")]
)
def test_one_of_other_days_is_not_issued(world: World, time: str, sentence: str) -> None:
    """Three months and a day ago; tomorrow; never, as software without a date says it."""
    with pytest.raises(InvalidRequest) as refused:
        issue(world, document(section(treatment()), written=written(time)))
    assert sentence in refused.value.fields["content"]
    assert world.topics() == []
    issue(world, document(section(treatment()), written=written("20260821")))


@pytest.mark.parametrize(
    ("now", "time", "issued"),
    [
        ("20:30", "20261122", True),
        ("20:30", "20261122003000+0400", True),
        ("20:30", "20261123", False),
        ("20:30", "20261122003000", False),
        ("20:30", "20261122080000+0100", False),
        ("12:00", "20261122", True),
        ("11:59", "20261122", False),
    ],
    ids=["on Réunion", "there, with its hour", "after it", "in Paris", "tomorrow morning",
         "on Wallis", "not yet there"],
)  # fmt: skip
def test_a_day_that_has_begun_overseas_is_not_in_the_future(
    world: World, now: str, time: str, *, issued: bool
) -> None:
    """Half past midnight on Réunion is 20:30 UTC of the day before, 21:30 in Paris."""
    hour, minute = map(int, now.split(":"))
    world.clock.move(timedelta(hours=hour - 8, minutes=minute - 30))
    data = document(section(treatment()), written=written(time))
    if issued:
        number = issue(world, data).number
        assert world.of(number).state == "created"
        world.dispense(number, given(1))
    else:
        with pytest.raises(InvalidRequest):
            issue(world, data)


def test_of_an_old_one_what_may_still_leave(world: World) -> None:
    """The device, whose six months are not over."""
    data = document(section(treatment()), section(BED, code=DEVICES), written=written("20260820"))
    number = issue(world, data).number
    with pytest.raises(NothingLeft):
        world.dispense(number, given(1), given(1, 2))
    world.dispense(number, given(0, what="later"), given(1, 2))


def test_the_validity_that_its_prescriber_sets(world: World) -> None:
    """eP-MED-DM: the period of the documented act is that of the prescription's validity."""
    period = act_of_prescription('<low value="20261121"/><high value="20270115090000+0100"/>')
    data = document(section(treatment()), top=EP_MED_DM, header=period)
    (line,) = world.of(issue(world, data).number).lines
    assert (line.first_by, line.until) == (date(2027, 1, 15), date(2027, 1, 15))

    over = document(section(treatment()), top=EP_MED_DM, header=period.replace("2027", "2025"))
    with pytest.raises(InvalidRequest):
        issue(world, over)


def test_the_validity_that_begins_later(world: World) -> None:
    """It is shown, and nothing leaves before its first day."""
    period = act_of_prescription('<low value="20261201091000+0100"/><high value="20270115"/>')
    number = issue(world, document(section(treatment()), top=EP_MED_DM, header=period)).number

    (told,) = world.present(number).prescription.lines
    assert (told.opens_on, told.open_now) == (date(2026, 12, 1), 0)
    world.move_to(date(2026, 11, 30))
    with pytest.raises(NotYetValid) as refused:
        world.dispense(number, given(1))
    assert refused.value.fields == {"lines.1.opens_on": "2026-12-01"}
    world.dispense(number, given(0, what="later"))
    world.move(1)
    assert world.dispense(number, given(1)).state == "dispensed"


@pytest.mark.parametrize("low", ['value="20261121"', 'value="20250101"', 'nullFlavor="UNK"'])
def test_a_validity_that_has_begun(world: World, low: str) -> None:
    period = act_of_prescription(f"<low {low}/>")
    data = document(section(treatment()), top=EP_MED_DM, header=period)
    number = issue(world, data).number
    assert world.of(number).lines[0].opens_on is None
    world.dispense(number, given(1))


def test_one_that_begins_too_late_is_not_issued(world: World) -> None:
    """Its first delivery would be after its three months; a device has six."""
    period = act_of_prescription('<low value="20270222"/>')
    with pytest.raises(InvalidRequest) as refused:
        issue(world, document(section(treatment()), top=EP_MED_DM, header=period))
    assert "begins" in refused.value.fields["content"]
    both = (section(treatment()), section(BED, code=DEVICES))
    issue(world, document(*both, top=EP_MED_DM, header=period))


def test_renewals_begin_with_their_period(world: World) -> None:
    """The first delivery is due at once, the renewals from the day that is said."""
    period = renewal_period('<low value="20270101"/><high value="20270601"/>')
    act = treatment(
        repeat='<repeatNumber value="2"/>', related=supplied('value="1" unit="1"') + period
    )
    number = issue(world, document(section(act))).number

    assert world.dispense(number, given(1)).state == "partially_dispensed"
    world.move_to(date(2026, 12, 31))
    assert world.present(number).prescription.lines[0].open_now == 0
    world.move(1)
    assert world.present(number).prescription.lines[0].open_now == 2


@pytest.mark.parametrize(
    ("top", "header"),
    [
        ("", act_of_prescription('<high value="20270115"/>')),
        (EP_MED_DM, act_of_prescription('<high nullFlavor="UNK"/>')),
        (EP_MED_DM, act_of_prescription('<high value="20270115"/>', code="11488-4")),
        (EP_MED_DM, ""),
    ],
    ids=["the time an act took", "no end", "another act", "nothing said"],
)
def test_no_validity_of_its_own(top: str, header: str) -> None:
    assert read(top=top, header=header).valid_until is None


def test_an_end_beyond_the_law_is_that_of_the_law(world: World) -> None:
    period = act_of_prescription('<high value="20991231"/>')
    data = document(section(treatment()), top=EP_MED_DM, header=period)
    (line,) = world.of(issue(world, data).number).lines
    assert (line.first_by, line.until) == (date(2027, 2, 21), date(2027, 11, 21))


@pytest.mark.parametrize("more", [{"written": written("2026")}, {"written": written("hier")}])
def test_a_day_that_is_none(more: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(**more)
    assert "effectiveTime" in refused.value.fields["content"]


@pytest.mark.parametrize(
    ("act", "template", "kind"),
    [
        (treatment(), "1.3.6.1.4.1.19376.1.9.1.2.1", "medicine"),
        (treatment(), "1.2.250.1.213.1.1.2.171", "medicine"),
        (BED, "1.2.250.1.213.1.1.2.222", "device"),
    ],
)
def test_a_section_is_known_by_its_template_too(act: str, template: str, kind: str) -> None:
    """Without a code, or with a local one (IHE PRE, CI-SIS)."""
    local = '<code code="ORD" codeSystem="1.2.3"/>'
    for one in (untitled(act, template=template), untitled(act, template=template, code=local)):
        assert [line.kind for line in CdaDocuments().read(document(one)).lines] == [kind]


def test_a_section_is_known_by_the_loinc_code_it_is_translated_to() -> None:
    code = f'<code code="ORD" codeSystem="1.2.3"><translation code="{MEDICINES}"/></code>'
    data = document(untitled(treatment(), template="1.2.3", code=code))
    assert len(CdaDocuments().read(data).lines) == 1


def test_another_section_has_no_lines() -> None:
    """A treatment plan (IHE MTP) lists what somebody takes."""
    plan = untitled(treatment(), template="1.3.6.1.4.1.19376.1.9.1.2.6")
    assert len(CdaDocuments().read(document(section(treatment()), plan)).lines) == 1


def test_what_the_treatment_needs(world: World) -> None:
    """No quantity is prescribed: five boxes leave by the first of two deliveries, three by the
    second, not on the same day (CSP R5132-12), and the number is used."""
    repeat = '<repeatNumber value="1"/>'
    boxes = treatment(related=supplied('value="2" unit="30009000"'))
    number = issue(world, document(section(treatment(repeat=repeat), boxes))).number
    told = world.present(number).prescription.lines
    assert [(one.sufficient, one.total, one.open_now) for one in told] == [
        (True, 2, 1), (False, 2, 2),
    ]  # fmt: skip

    first = world.dispense(number, given(5), given(0, 2, "later"))
    with pytest.raises(TooMuchAtOnce):
        world.dispense(number, given(3), given(2, 2))
    world.move(28)
    assert world.present(number).prescription.lines[0].open_now == 1
    with pytest.raises(NothingLeft):
        world.dispense(number, given(1), given(3, 2))
    assert world.dispense(number, given(3), given(2, 2)).state == "dispensed"

    assert first.state == "partially_dispensed"


def lasting(span: str) -> str:
    return f'<effectiveTime xsi:type="IVL_TS">{span}</effectiveTime>'


QUARTER = lasting('<low value="20261201"/><high value="20270228"/>')


@pytest.mark.parametrize(
    ("span", "renewals"),
    [
        (QUARTER, 2),
        (lasting('<low value="20260701"/><high value="20260930"/>'), 2),
        (lasting('<low value="20261201"/><high value="20261206"/>'), None),
        (lasting('<low value="20261201"/><high value="20270101"/>'), 1),
        (lasting('<low value="20261201"/><high value="20271130"/>'), 11),
        (lasting('<low value="20261201"/><high value="20991130"/>'), 11),
        (lasting('<width value="30" unit="d"/>'), None),
        (lasting('<width value="12" unit="wk"/>'), 2),
        (lasting('<width value="6" unit="mo"/>'), 5),
        (lasting('<width value="1" unit="a"/>'), 11),
        (lasting('<low value="20261201"/>'), None),
        (lasting('<low value="20261201"/><high value="hier"/>'), None),
        (lasting('<width value="x" unit="mo"/>'), None),
        ("", None),
    ],
)
def test_a_treatment_of_several_months_is_renewed(span: str, renewals: int | None) -> None:
    """CSP R5123-2: a prescription says how often it is renewed, by a month each time, or how long
    the treatment is, twelve months at most."""
    data = document(section(treatment(repeat="", before=span)))
    assert CdaDocuments().read(data).lines[0].renewals == renewals


@pytest.mark.parametrize(
    ("act", "renewals", "unlimited"),
    [
        (treatment(before=QUARTER, repeat='<repeatNumber value="0"/>'), 0, False),
        (treatment(before=QUARTER, repeat='<repeatNumber nullFlavor="NI"/>'), None, True),
        (treatment(before=QUARTER, repeat="", related=supplied('value="9"')), None, False),
    ],
    ids=["dispensed once", "not limited", "for the whole treatment perhaps"],
)
def test_what_its_prescriber_says_comes_before_its_length(
    act: str, renewals: int | None, unlimited: bool
) -> None:
    (line,) = CdaDocuments().read(document(section(act))).lines
    assert (line.renewals, line.unlimited) == (renewals, unlimited)


def test_what_was_needed_comes_back_whole(world: World) -> None:
    number = issue(world, document(section(treatment()))).number
    done = world.dispense(number, given(5))
    request = c.ReverseDispensation.model_validate(
        {"request_id": "0190a000-0000-7000-8000-0000000000f1", "number": number,
         "dispensation": done.dispensation_id, "reason": "returned"}
    )  # fmt: skip
    world.app.reverse_dispensation(request, PHARMACIST)
    assert world.present(number).prescription.lines[0].open_now == 1


def test_an_exceptional_renewal_of_what_is_needed(world: World) -> None:
    """One more delivery, of as many packages as the month takes."""
    repeat = '<repeatNumber value="1"/>'
    number = issue(world, document(section(treatment(repeat=repeat)))).number
    world.dispense(number, given(5))
    world.move(30)
    world.dispense(number, given(5))
    world.move(30)
    world.dispense(number, given(5, what="exceptional_renewal", reason="prescriber_unreachable"))
    assert len(world.of(number).exceptionally(world.of(number).lines[0])) == 1
