"""Prescriptions that come as CDA R2 documents."""

import base64
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.prescription import contract as c
from services.prescription.adapters.cda import CdaDocuments
from services.prescription.domain import deciding
from services.prescription.domain.refusals import NotTaken, NumberCancelled
from services.prescription.policies import POLICIES
from shared.kernel.errors import InvalidRequest
from tests.prescription.cda import (
    document,
    identified,
    renewal_period,
    section,
    substitution,
    supplied,
    treatment,
)
from tests.prescription.world import (
    DOCTOR,
    OPERATOR,
    OTHER_DOCTOR,
    RECORD,
    Killed,
    World,
    asked,
    given,
)
from tests.support.hearing import hear

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "cda"
OFFICIAL = sorted(SAMPLES.glob("eP-MED-*.xml"))

CDA = document(
    section(
        treatment(
            before='<id root="1.2.250.1.213.1.1.9.8" extension="L1"/>',
            repeat='<repeatNumber value="3"/>',
            related=supplied('value="2" unit="30009000"') + substitution("N"),
        )
    )
)
PREFIXED = (
    CDA.replace(b"<", b"<h:")
    .replace(b"<h:/", b"</h:")
    .replace(b"<h:?", b"<?")
    .replace(b'xmlns="', b'xmlns:h="')
)


def test_lines_are_read_from_the_document(world: World) -> None:
    """Two boxes, renewed three times, not to be substituted; the document itself is kept."""
    issued = world.app.issue(asked(content=base64.b64encode(CDA).decode()), DOCTOR)
    (read,) = world.of(issued.number).lines

    assert (read.product.label, read.product.code) == ("ESSAI-CETAMOL 500 mg", "60000001")
    assert (read.quantity, read.deliveries, read.total, read.substitutable) == (2, 4, 8, False)
    assert read.unit == "boîte(s)"
    assert world.vault.contents[issued.document_id].data == CDA


def test_by_its_author_only(world: World) -> None:
    with pytest.raises(InvalidRequest) as refused:
        world.app.issue(asked(content=base64.b64encode(CDA).decode()), OTHER_DOCTOR)
    assert "content.author" in refused.value.fields


def issue(world: World, data: bytes = CDA) -> c.Issued:
    return world.app.issue(asked(content=base64.b64encode(data).decode()), DOCTOR)


def cancel(world: World, number: str) -> None:
    reason = "prescriber_error"
    world.app.cancel(c.Cancel(request_id=uuid4(), number=number, reason=reason), DOCTOR)


def test_one_document_is_issued_once(world: World) -> None:
    """By a second request there would be two numbers, and each quantity would leave twice."""
    first = issue(world)
    with pytest.raises(NotTaken) as refused:
        issue(world)
    assert refused.value.fields == {"document": "issued_already"}
    assert world.topics()[-2:] == ["prescription_prepared", "prescription_abandoned"]
    assert world.app.unfinished(c.Unfinished(), OPERATOR).items == []

    world.dispense(first.number, given(2))
    with pytest.raises(NotTaken):
        issue(world)


def test_cancelled_it_is_issued_again(world: World) -> None:
    """And hidden as its document from then on, which follows the newest."""
    first = issue(world)
    cancel(world, first.number)
    world.vault.codes[first.document_id] = ("MASQUE_PS",)
    second = issue(world)

    assert second.document_id == first.document_id
    assert world.of(second.number).confidentiality == ("MASQUE_PS",)
    assert world.app.pending.of_document(first.document_id) == second.prescription_id
    world.dispense(second.number, given(2))
    with pytest.raises(NotTaken):
        issue(world)


def hear_replaced(world: World, former: UUID, replaced_by: UUID) -> None:
    data = {"document_id": str(former), "replaced_by": str(replaced_by)}
    hear(world.app, POLICIES, "vault.document_replaced", RECORD, **data)


def test_what_a_document_says_it_replaces_is_no_more(world: World) -> None:
    """The vault reads RPLC in its header. Both had a number, and each quantity left twice."""
    former = issue(world)
    corrected = issue(world, CDA.replace(b"ORD-7", b"ORD-8"))

    for _ in range(2):
        hear_replaced(world, former.document_id, corrected.document_id)

    with pytest.raises(NumberCancelled):
        world.dispense(former.number, given(2))
    assert world.topics().count("prescription_cancelled") == 1
    world.dispense(corrected.number, given(2))


def test_a_document_that_nobody_issued_takes_no_number_away(world: World) -> None:
    """There would be none left to dispense by."""
    former = issue(world)
    hear_replaced(world, former.document_id, uuid4())
    hear_replaced(world, uuid4(), former.document_id)
    world.dispense(former.number, given(2))


def test_what_has_begun_to_leave_is_not_taken_back(world: World) -> None:
    """Nor can its prescriber: ``already_dispensed``."""
    former = issue(world)
    world.dispense(former.number, given(1))
    corrected = issue(world, CDA.replace(b"ORD-7", b"ORD-8"))
    hear_replaced(world, former.document_id, corrected.document_id)
    world.dispense(former.number, given(1))


def test_a_replacement_of_our_own_goes_its_way(world: World) -> None:
    """It ends what it has begun itself, and once."""
    former = issue(world)
    content = base64.b64encode(CDA.replace(b"ORD-7", b"ORD-8")).decode()
    request = c.Replace.model_validate(
        {"request_id": uuid4(), "number": former.number, "content": content}
    )

    def dies(step: str) -> None:
        if step == "before":
            raise Killed

    world.vault.dies = dies
    with pytest.raises(Killed):
        world.app.replace(request, DOCTOR)
    world.vault.dies = lambda _: None
    under_way = world.of(former.number)
    deciding.supersede(under_way, uuid4(), DOCTOR)
    assert not under_way.pending_events

    replaced = world.app.replace(request, DOCTOR)
    hear_replaced(world, former.document_id, replaced.document_id)
    assert world.topics().count("prescription_cancelled") == 1


def test_it_does_not_replace_itself(world: World) -> None:
    """The former one works again."""
    first = issue(world)
    content = base64.b64encode(CDA).decode()
    request = c.Replace.model_validate(
        {"request_id": uuid4(), "number": first.number, "content": content}
    )
    with pytest.raises(NotTaken):
        world.app.replace(request, DOCTOR)
    world.dispense(first.number, given(2))


def test_authors_are_those_of_the_document() -> None:
    """Who wrote or signed it; neither who typed it nor those whom its entries name."""
    quoted = f"<author><assignedAuthor>{identified('899700000003')}</assignedAuthor></author>"
    data = document(
        section(treatment(related=quoted)),
        header=f"""<author><assignedAuthor>{identified("899700000001")}</assignedAuthor></author>
        <dataEnterer><assignedEntity>{identified("899700000004")}</assignedEntity></dataEnterer>
        <legalAuthenticator><assignedEntity>{identified("899700000002")}</assignedEntity>
        </legalAuthenticator>""",
    )
    assert CdaDocuments().read(data).authors == {DOCTOR.id, "899700000001", "899700000002"}


@pytest.mark.parametrize(
    "data", [PREFIXED, CDA.decode().encode("utf-16")], ids=["prefix", "utf-16"]
)
def test_however_it_is_written(data: bytes) -> None:
    data = data.replace("UTF-8".encode("utf-16-le"), "UTF-16".encode("utf-16-le"))
    assert CdaDocuments().read(data) == CdaDocuments().read(CDA)


def test_renewals_of_lines_that_do_not_say(world: World) -> None:
    """Those of the request, for them alone."""
    data = document(section(treatment(repeat=""), treatment()))
    issued = world.app.issue(asked(content=base64.b64encode(data).decode(), renewals=2), DOCTOR)
    assert [one.deliveries for one in world.of(issued.number).lines] == [3, 1]


def test_renewals_without_a_number_end_with_their_period(world: World) -> None:
    """As often as the kind allows, until the period of renewal is over."""
    repeat = '<repeatNumber nullFlavor="NI"/>'
    months = renewal_period('<width value="6" unit="mo"/>')
    data = document(section(treatment(repeat=repeat), treatment(repeat=repeat, related=months)))
    issued = world.app.issue(asked(content=base64.b64encode(data).decode()), DOCTOR)
    told = [(one.deliveries, one.until) for one in world.of(issued.number).lines]
    assert told == [(12, date(2027, 11, 21)), (12, date(2027, 5, 21))]


def test_a_period_of_renewal_that_is_over(world: World) -> None:
    over = renewal_period('<high value="20261120"/>')
    data = document(section(treatment(repeat='<repeatNumber value="1"/>', related=over)))
    with pytest.raises(InvalidRequest) as refused:
        world.app.issue(asked(content=base64.b64encode(data).decode()), DOCTOR)
    assert list(refused.value.fields) == ["lines.0.renewals"]


@pytest.mark.parametrize(
    "content",
    [
        b"not xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        CDA.replace(b'value="3"', b'value="many"'),
        CDA.replace(b"57828-6", b"11111-1"),
        CDA.replace(b"57833-6", b"11490-0"),
    ],
    ids=["no xml", "no prescription", "entities", "no number", "no line", "a letter"],
)
def test_what_cannot_be_read(content: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        CdaDocuments().read(content)
    assert list(refused.value.fields) == ["content"]


@pytest.mark.skipif(not OFFICIAL, reason="the official CDA samples are not beside the repository")
def test_no_other_official_sample_is_a_prescription() -> None:
    """Letters list the devices that somebody wears, in a section of the same code."""
    for file in sorted({*SAMPLES.glob("*.xml")} - {*OFFICIAL}):
        with pytest.raises(InvalidRequest):
            CdaDocuments().read(file.read_bytes())


@pytest.mark.skipif(not OFFICIAL, reason="the official CDA samples are not beside the repository")
def test_official_samples() -> None:
    """Two medicines (one a preparation without code) and a device, as the documents say."""
    for file in OFFICIAL:
        read = CdaDocuments().read(file.read_bytes())
        told = [(one.kind, one.quantity, one.renewals, one.substitutable) for one in read.lines]
        assert told[0] == ("medicine", 2, 3, False), file.name
        assert [kind for kind, *_ in told] == ["medicine", "medicine", "device"]
        assert read.lines[0].product.code == "63107752"
        assert [one.unit for one in read.lines] == ["boîte(s)", "tube(s)", None]
        assert read.lines[2].product.code == "1215702"
        assert "3 fois/j" in (read.lines[0].dosage or "")
        assert all(one.product.label for one in read.lines)
        assert "801234567897" in read.authors
