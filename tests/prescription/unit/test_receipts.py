"""What was dispensed is kept in the vault: eDISP-MED, by the rules of the CI-SIS schematron."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element

import pytest

from services.prescription import contract as c
from services.prescription.domain.refusals import NothingLeft
from services.prescription.policies import POLICIES
from services.vault.domain.cda.header import read_header
from shared.cda.tree import clinical_document
from shared.crypto.base64_text import to_base64
from shared.kernel.errors import Conflict, InvalidRequest, Refusal, Unavailable
from tests.prescription import cda
from tests.prescription.world import (
    DOCTOR,
    INS,
    OPERATOR,
    PARIS,
    PATIENT,
    PHARMACIST,
    RECORD,
    TRAITS,
    Killed,
    World,
    asked,
    dispensing,
    given,
    line,
    pharmacist,
)
from tests.support.hearing import hear

H = "{urn:hl7-org:v3}"
GENERIC = {
    "label": "PARACETAMOL BIOGARAN 500 mg",
    "code": "3400930000000",
    "system": "1.2.250.1.213.2.3.2",
}


def documents(world: World) -> list[Element]:
    """Those of dispensations that the vault took, oldest first."""
    kept = [content for content in world.vault.contents.values() if b"60593-1" in content.data]
    return [clinical_document(content.data) for content in kept]


def templates(element: Element) -> set[str]:
    return {one.get("root", "") for one in element.findall(f"{H}templateId")}


def supplies(document: Element) -> list[Element]:
    return list(document.iter(f"{H}supply"))


def the(element: Element, path: str) -> Element:
    """The one that is there."""
    (found,) = element.findall("/".join(f"{H}{step}" for step in path.split("/")))
    return found


def quantities(document: Element) -> list[str]:
    return [the(supply, "quantity").get("value", "") for supply in supplies(document)]


def reverse(world: World, number: str, dispensation: Any, facility: str = PARIS) -> None:
    request = c.ReverseDispensation(
        request_id=uuid4(), number=number, dispensation=dispensation, reason="returned"
    )
    world.app.reverse_dispensation(request, pharmacist(facility))


def unfinished(world: World) -> int:
    return len(world.app.unfinished(c.Unfinished(), OPERATOR).receipts)


def test_the_document_is_an_edisp(world: World) -> None:
    """Header, section and entries that the schematron of eDISP-MED_2024.01 asks for."""
    number = world.issue(line(quantity=3), line("B"), line("C")).number
    world.dispense(
        number,
        given(2, 1, "substituted", product=GENERIC),
        given(0, 2, "not_dispensed", reason="out_of_stock"),
        given(1, 3),
    )
    (document,) = documents(world)

    assert {
        "1.3.6.1.4.1.19376.1.9.1.1.3", "1.3.6.1.4.1.19376.1.5.3.1.1.1", "1.2.250.1.213.1.1.1.54",
    } <= templates(document)  # fmt: skip
    acts = document.findall(f"{H}documentationOf/{H}serviceEvent/{H}code")
    assert [act.get("code") for act in acts] == ["60593-1"]
    (section,) = document.iter(f"{H}section")
    assert {"1.2.250.1.213.1.1.2.236", "1.3.6.1.4.1.19376.1.9.1.2.3"} <= templates(section)
    assert quantities(document) == ["2", "1"]
    words = {one.get("ID") for one in section.iter(f"{H}content")}
    for supply in supplies(document):
        assert templates(supply) == {
            "1.3.6.1.4.1.19376.1.9.1.3.4", "1.2.250.1.213.1.1.3.204",
            "1.3.6.1.4.1.19376.1.5.3.1.4.7.3", "2.16.840.1.113883.10.20.1.34",
        }  # fmt: skip
        assert supply.get("moodCode") == "EVN"
        for name in ("id", "text", "quantity", "product"):
            assert len(supply.findall(f"{H}{name}")) == 1
        assert the(supply, "text/reference").get("value", "")[1:] in words
        prescribed = the(supply, "entryRelationship[@typeCode='REFR']/substanceAdministration")
        assert the(prescribed, "code").get("code") == "PREItem"
        material = the(prescribed, "consumable/manufacturedProduct/manufacturedMaterial")
        assert material.get("nullFlavor") == the(material, "name").get("nullFlavor") == "NA"
        note = the(supply, "entryRelationship[@typeCode='SUBJ']/act")
        assert templates(note) == {
            "1.3.6.1.4.1.19376.1.5.3.1.4.3.1", "2.16.840.1.113883.10.20.1.43",
            "1.2.250.1.213.1.1.3.207",
        }  # fmt: skip
        assert the(note, "code").get("code") == "FINSTRUCT"
    substituted, other = supplies(document)
    substitution = the(substituted, "entryRelationship[@typeCode='COMP']/act")
    assert the(substitution, "code").get("code") == "G"
    assert the(substitution, "statusCode").get("code") == "completed"
    assert other.find(f"{H}entryRelationship[@typeCode='COMP']/{H}act") is None
    product = the(substituted, "product/manufacturedProduct/manufacturedMaterial")
    assert the(product, "name").text == GENERIC["label"]
    assert the(product, "code").get("code") == GENERIC["code"]


def test_the_header_says_all_that_the_minimal_structure_asks_for(world: World) -> None:
    """CI-SIS, structuration minimale: beside an INS all six strict traits; names of codes."""
    world.dispense(world.issue().number, given(1, 1))
    (document,) = documents(world)

    header = read_header(document)
    assert header.patient.ids == ((INS[1], INS[0]),)
    told = asdict(TRAITS)
    assert told.pop("ins") == INS
    assert asdict(header.patient.traits) == told
    named = {
        (one.get("code"), one.get("displayName"))
        for path in ("confidentialityCode", "author/assignedAuthor/code")
        for one in document.findall("/".join(f"{H}{step}" for step in path.split("/")))
    }
    assert named == {("N", "Normal"), ("G15_21", "Pharmacien")}


def referred(document: Element) -> list[tuple[str | None, str | None]]:
    """Ids of the prescribed line, and of the document it is in."""
    prescribed = f".//{H}entryRelationship[@typeCode='REFR']/{H}substanceAdministration"
    paths = (f"{prescribed}/{H}id", f"{prescribed}/{H}reference/{H}externalDocument/{H}id")
    return [(i.get("root"), i.get("extension")) for p in paths for i in document.findall(p)]


def test_it_refers_to_the_line_as_its_document_names_it(world: World) -> None:
    """IHE DIS, Reference to Prescription Item; kept with the prescription across a restart."""
    item = '<id root="1.2.250.1.213.1.1.9.8" extension="L1"/>'
    data = cda.document(cda.section(cda.treatment(before=item)))
    number = world.app.issue(asked(content=to_base64(data)), DOCTOR).number
    world.again()
    world.dispense(number, given(1))

    assert referred(documents(world)[0]) == [
        ("1.2.250.1.213.1.1.9.8", "L1"), ("1.2.250.1.213.1.1.9.7", "ORD-7"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "item",
    [
        "",
        '<id nullFlavor="UNK"/>',
        '<id extension="L1"/>',
        '<id root="1.2 3"/>',
        f'<id root="1.2" extension="{"9" * 257}"/>',
    ],
)
def test_a_line_without_an_id_has_that_of_its_prescription(world: World, item: str) -> None:
    data = cda.document(cda.section(cda.treatment(before=item)))
    issued = world.app.issue(asked(content=to_base64(data)), DOCTOR)
    world.dispense(issued.number, given(1))

    assert referred(documents(world)[0]) == [(f"2.25.{issued.prescription_id.int}", "1")]


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        (None, None),
        ("boîte(s)", "30009000"),
        ("comprimés à croquer", "{comprimes_a_croquer}"),
        ("{tablet}", "{tablet}"),
        ("粒", None),
    ],
)
def test_a_quantity_is_of_the_unit_prescribed(
    world: World, unit: str | None, written: str | None
) -> None:
    """Thirty tablets that left are not thirty boxes; ``unit`` holds no white space."""
    world.dispense(world.issue(line(unit=unit)).number, given(2))
    (supply,) = supplies(documents(world)[0])
    assert the(supply, "quantity").get("unit") == written


@pytest.mark.parametrize("unit", ["30009000", "30008000", "30069000", "30001500", "mL", "{tablet}"])
def test_a_unit_of_a_document_is_written_as_it_was(world: World, unit: str) -> None:
    act = cda.treatment(
        before='<id root="1.2.3"/>', related=cda.supplied(f'value="2" unit="{unit}"')
    )
    data = cda.document(cda.section(act))
    world.dispense(world.app.issue(asked(content=to_base64(data)), DOCTOR).number, given(2))
    (supply,) = supplies(documents(world)[0])
    assert the(supply, "quantity").get("unit") == unit


def test_the_vault_reads_its_header(world: World) -> None:
    """Whose it is, who wrote it, where and when: all that the vault requires of a header."""
    world.dispense(world.issue().number, given(2))
    (document,) = documents(world)

    header = read_header(document)

    assert header.patient.ids == ((INS[1], INS[0]),)
    assert header.patient.traits.birth_date == "1979-03-28"
    said = header.statement
    assert said.type is not None
    assert (said.type.code, said.facility_type, said.practice_setting) == (
        "60593-1", "SA33", "AMBULATOIRE",
    )  # fmt: skip
    assert (said.authors[0].national_id, said.authors[0].institution) == ("810000000001", PARIS)
    assert said.authors[0].specialty == "G15_21"
    assert said.unique_id
    assert said.service_start


@pytest.mark.parametrize("of", ["label", "unit", "code"])
def test_what_no_xml_may_hold_spoils_no_document(world: World, of: str) -> None:
    """A control character that somebody's software let through: the vault refused all of it, and
    what had left was in no record."""
    product = {"label": "A", "code": "C", "system": "1.2.3"}
    said = "A\x0b\x00\uffffB"
    more = {"unit": said} if of == "unit" else {"product": product | {of: said}}
    number = world.issue(line(**more)).number
    other = GENERIC | ({of: said} if of in product else {})

    world.dispense(number, given(1, what="substituted", product=other))

    (document,) = documents(world)
    assert quantities(document) == ["1"]


def test_hidden_as_its_prescription(world: World) -> None:
    """And found again from the history."""
    hidden = "INVISIBLE_REPRESENTANTS_LEGAUX"
    number = world.issue(confidentiality=[hidden]).number
    world.dispense(number, given(2))

    assert world.vault.asked[-1]["codes"] == [hidden]
    (one,) = world.app.history(c.History(number=number), PATIENT).dispensations
    assert one.document_id in world.vault.contents


def test_nothing_left_nothing_written(world: World) -> None:
    """A document of dispensation tells of what left."""
    number = world.issue().number
    world.dispense(number, given(0, 1, "not_dispensed", reason="refused_by_person"))
    with pytest.raises(NothingLeft):
        world.dispense(number, given(3))
    assert documents(world) == []
    assert unfinished(world) == 0


@pytest.mark.parametrize("refusal", [Unavailable(), Conflict()], ids=["away", "racing"])
def test_out_of_reach_the_vault_holds_nobody_up(world: World, refusal: Refusal) -> None:
    """The medicine left; its document comes with a later call of that pharmacy, once."""
    numbers = [world.issue().number for _ in range(2)]
    world.vault.refusal = refusal
    world.dispense(numbers[0], given(1))
    assert unfinished(world) == 1

    world.vault.refusal = None
    colleague = pharmacist(PARIS, "810000000005")
    world.dispense(numbers[1], given(1), by=colleague)

    assert unfinished(world) == 0
    assert [quantities(one) for one in documents(world)] == [["1"], ["1"]]


def test_one_record_that_waits_holds_no_other_up(world: World) -> None:
    """The vault refuses a record while something of it is parked; documents of all others at that
    pharmacy waited for an operator too. Of the one, nothing comes before its turn."""
    other = uuid4()
    world.access.open(other)
    world.people.persons[other] = TRAITS
    world.vault.records.add(other)
    parked, served = world.issue().number, world.issue(record_id=str(other)).number
    world.vault.parked.add(RECORD)

    first = world.dispense(parked, given(2))
    world.clock.move(timedelta(minutes=1))
    reverse(world, parked, first.dispensation_id)
    world.clock.move(timedelta(minutes=1))
    world.dispense(served, given(1))

    assert [quantities(one) for one in documents(world)] == [["1"]]
    world.vault.parked.clear()
    world.clock.move(timedelta(minutes=1))
    world.dispense(served, given(1))
    assert [quantities(one) for one in documents(world)] == [["1"], ["2"], ["0"], ["1"]]
    assert unfinished(world) == 0


@pytest.mark.parametrize("step", ["before", "after"])
def test_killed_at_each_step_it_is_kept_once(world: World, step: str) -> None:
    """The same request after the restart: one dispensation, one document."""
    number = world.issue().number

    def dies(reached: str) -> None:
        if reached == step:
            raise Killed

    world.vault.dies = dies
    request = dispensing(number, given(1))
    with pytest.raises(Killed):
        world.app.dispense(request, PHARMACIST)
    world.vault.dies = lambda _: None
    world.again()
    assert unfinished(world) == 1

    world.app.dispense(request, PHARMACIST)

    assert [quantities(one) for one in documents(world)] == [["1"]]
    assert world.topics().count("dispensation_documented") == 1
    assert unfinished(world) == 0


def test_hidden_meanwhile_it_is_brought_all_the_same(world: World) -> None:
    """Taken, and its answer lost; then the person masked the prescription. Asked again with other
    codes, one request is a conflict for ever, and all that came after it there waited."""
    issued = world.issue()

    def dies(reached: str) -> None:
        if reached == "after":
            raise Killed

    world.vault.dies = dies
    with pytest.raises(Killed):
        world.dispense(issued.number, given(1))
    world.vault.dies = lambda _: None
    codes = {"document_id": str(issued.document_id), "confidentiality": ["MASQUE_PS"]}
    hear(world.again(), POLICIES, "vault.document_masked", RECORD, **codes)
    world.clock.move(timedelta(minutes=1))

    world.dispense(issued.number, given(1))

    assert unfinished(world) == 0
    assert [quantities(one) for one in documents(world)] == [["1"], ["1"]]


def test_what_the_vault_refuses_is_said(world: World) -> None:
    """The dispensation stands, without a document."""
    number = world.issue().number
    world.vault.refusal = InvalidRequest()
    world.dispense(number, given(1))

    assert unfinished(world) == 0
    assert world.topics()[-1] == "dispensation_undocumented"
    assert world.of(number).left(world.of(number).lines[0]) == 1


def test_reversed_its_document_is_replaced(world: World) -> None:
    """By one of the same set that says nothing left."""
    number = world.issue().number
    done = world.dispense(number, given(2))
    reverse(world, number, done.dispensation_id)

    first, second = documents(world)
    assert quantities(second) == ["0"]
    assert "quantité 0" in "".join(second.itertext())
    parent = the(second, "relatedDocument[@typeCode='RPLC']/parentDocument/id")
    assert parent.get("root") == the(first, "id").get("root")
    sets = [the(one, "setId").get("root") for one in (first, second)]
    assert sets[0] == sets[1]


def test_a_pdf_of_a_reversal_takes_the_place_of_the_first(world: World) -> None:
    """It has no header that would name it: the vault is told."""
    world.people.persons[RECORD] = replace(TRAITS, ins=None)
    number = world.issue().number
    done = world.dispense(number, given(1))
    reverse(world, number, done.dispensation_id)

    first, second = list(world.vault.taken.values())[-2:]
    assert [asked["replaces"] for asked in world.vault.asked[-2:]] == [None, first]
    (kept,) = world.app.history(c.History(number=number), PATIENT).dispensations
    assert kept.document_id == second
