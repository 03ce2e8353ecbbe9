"""What a depositor says of a document, kept and shown, or refused by name."""

import csv
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.vault.adapters.value_sets import read_value_sets
from services.vault.contract.deposits import Release
from services.vault.contract.life import Reclassify
from services.vault.contract.reading import Describe
from services.vault.contract.views import DocumentView
from services.vault.domain.document import Document
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, InvalidRequest, TooLarge
from tests.vault.cda import INS, JPEG, OID, PDF, PNG, TEXT, cda, enclosing
from tests.vault.world import DOCTOR, HOSPITAL, METADATA, MOTHER, PATIENT, RECORD, World, asked

DATA = Path(__file__).parents[4] / "shared" / "domain" / "data"
ORDER = {"id": "1.2.250.1.748.1^984375862", "type": "urn:ihe:iti:xds:2013:order"}
STUDY = {"id": "1.2.840.113619.2.62", "type": "urn:ihe:iti:xds:2016:studyInstanceUID"}
OWN = {"type": "DOCPAT05", "title": "Prise de sang", "creation": "2026", "service_start": "2026"}


def deposited(world: World, content: bytes = PDF, **said: Any) -> DocumentView:
    given = {**METADATA, **said}
    answer = world.deposit(content, HOSPITAL, record_id=str(RECORD), metadata=given)
    return world.vault.describe(Describe(document_id=answer.document_id), DOCTOR)


def test_references_acts_and_the_producers_number_are_kept(world: World) -> None:
    """By them a study's images, an order and a stay find their document."""
    act = {"code": "ZZQK024", "system": "1.2.250.1.213.2.5", "display": "Scanner"}

    shown = deposited(
        world, reference_ids=[ORDER, STUDY], event_codes=[act], source_patient="1.2.250.1.7^IPP"
    )

    assert [(r.id, r.type.code, r.type.display) for r in shown.reference_ids] == [
        (ORDER["id"], ORDER["type"], "order"),
        (STUDY["id"], STUDY["type"], "studyInstanceUID"),
    ]
    assert [(c.code, c.display) for c in shown.event_codes] == [("ZZQK024", "Scanner")]
    assert shown.source_patient == "1.2.250.1.7^IPP"
    assert shown.submission_set


def test_the_header_and_the_depositor_add_up(world: World) -> None:
    """A header may leave the study out."""
    head = '<inFulfillmentOf><order><id root="1.2.250.1.748.1" extension="984375862"/></order>'
    order = f"{head}</inFulfillmentOf>"
    document = cda(related=order, body=enclosing(PDF))
    answer = world.deposit(document, metadata={"reference_ids": [STUDY, ORDER]})

    shown = world.vault.describe(Describe(document_id=answer.document_id), DOCTOR)

    assert [r.id for r in shown.reference_ids] == [ORDER["id"], STUDY["id"]]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reference_ids": [{**ORDER, "type": "urn:nobody"}]}, "metadata.reference_ids"),
        ({"source_patient": f"{OID}^{INS}"}, "metadata.source_patient"),
    ],
)
def test_an_unknown_kind_and_an_ins_are_refused(
    world: World, said: dict[str, Any], field: str
) -> None:
    """The value set is closed; an INS is a trait of the person, not a number of the producer."""
    with pytest.raises(InvalidRequest) as refusal:
        deposited(world, **said)
    assert set(refusal.value.fields) == {field}


def test_an_identifier_has_the_form_of_one(world: World) -> None:
    """A name or a sentence would be kept for ever."""
    with pytest.raises(ValidationError):
        deposited(world, source_patient="Madame Martin")


@pytest.mark.parametrize("by", [PATIENT, MOTHER], ids=["patient", "representative"])
def test_what_the_person_adds_is_by_the_person(world: World, by: Actor) -> None:
    """authorPerson is the patient, without institution; the heading is that of the type."""
    answer = world.deposit(PDF, by, record_id=str(RECORD), metadata=OWN)

    shown = world.vault.describe(Describe(document_id=answer.document_id), DOCTOR)

    (author,) = shown.authors
    assert (author.family, author.given, author.institution) == ("PAT-TROIS", "DOMINIQUE", None)
    assert author.specialty
    assert author.specialty.code == "EXP_PATIENT"
    assert shown.by_patient
    assert shown.heading
    assert shown.heading.code == "BIOLOGIE"


def test_what_the_person_adds_has_a_size_of_its_own(tmp_path: Path) -> None:
    """A setting apart from that of professionals."""
    with closing(World(tmp_path, max_person_bytes=len(PDF) - 1).vault) as vault:
        own = asked(PDF, record_id=str(RECORD), metadata=OWN)
        theirs = asked(PDF, record_id=str(RECORD), metadata=METADATA)

        with pytest.raises(TooLarge):
            vault.deposit(own, PATIENT)
        assert vault.deposit(theirs, HOSPITAL).document_id


def test_one_document_of_directives_is_current(world: World) -> None:
    """Mon espace santé: a new one takes the place of the former, which is not kept."""
    directives = OWN | {"type": "EXPPAT_3", "title": "Mes directives"}

    def add(content: bytes) -> UUID:
        given = {"record_id": str(RECORD), "metadata": directives}
        return world.deposit(content, PATIENT, **given).document_id

    other = world.deposit(PDF, PATIENT, record_id=str(RECORD), metadata=OWN).document_id
    first, second = add(JPEG), add(TEXT)

    with pytest.raises(Forbidden):
        world.vault.describe(Describe(document_id=first), PATIENT)
    for kept in (second, other):
        assert world.vault.describe(Describe(document_id=kept), PATIENT).status == "Approved"
    third = add(JPEG)
    assert third not in {first, second}
    with pytest.raises(Forbidden):
        world.vault.describe(Describe(document_id=second), PATIENT)
    given = {"record_id": str(RECORD), "metadata": METADATA | {"type": "EXPPAT_3"}}
    world.deposit(PNG, HOSPITAL, **given)  # a copy that a hospital has takes no place of theirs
    assert world.vault.describe(Describe(document_id=third), PATIENT).status == "Approved"


def test_directives_held_back_take_the_place_when_they_are_released(world: World) -> None:
    directives = OWN | {"type": "EXPPAT_3", "title": "Mes directives"}
    given: dict[str, Any] = {"record_id": str(RECORD), "metadata": directives}
    first = world.deposit(JPEG, PATIENT, **given).document_id
    second = world.deposit(TEXT, PATIENT, hold=True, **given).document_id
    assert world.vault.describe(Describe(document_id=first), PATIENT).status == "Approved"

    world.vault.release(Release(request_id=uuid4(), document_id=second), PATIENT)

    assert world.vault.describe(Describe(document_id=second), PATIENT).status == "Approved"
    with pytest.raises(Forbidden):
        world.vault.describe(Describe(document_id=first), PATIENT)


@pytest.mark.parametrize("field", ["creation", "service_start", "service_stop"])
def test_an_instant_that_has_no_day_in_france_is_refused(world: World, field: str) -> None:
    """The last minutes of the calendar are over there: the caller is told which field it is."""
    with pytest.raises(ValidationError) as refused:
        deposited(world, PDF, **{field: "9999-12-31T23:59:00Z"})

    (error,) = refused.value.errors()
    assert error["loc"] == ("metadata", field)
    assert deposited(world, PDF, **{field: "9999-12-31T22:59:00Z"})


def test_a_title_of_spaces_is_none(world: World) -> None:
    """It is what a list and the page of a copy show of the document, and what is clicked on."""
    with pytest.raises(InvalidRequest) as refusal:
        deposited(world, PDF, title="  ")
    shown = deposited(world, PDF, title=" Sortie ")
    rename = Reclassify(request_id=uuid4(), document_id=shown.document_id, title=" ")
    world.vault.reclassify(rename, HOSPITAL)

    assert refusal.value.fields == {"metadata.title": "is missing"}
    assert shown.title == "Sortie"
    after = world.vault.describe(Describe(document_id=shown.document_id), DOCTOR)
    assert after.title == "Sortie"


DIRECTIVES = "EXPPAT_3"


def put_by_the_person(world: World, content: bytes, type_: str) -> UUID:
    given = {"record_id": str(RECORD), "metadata": OWN | {"type": type_}}
    return world.deposit(content, PATIENT, **given).document_id


def reclassify(world: World, document_id: UUID, **how: Any) -> None:
    request = Reclassify(request_id=uuid4(), document_id=document_id, **how)
    world.vault.reclassify(request, PATIENT)


def kept(world: World, *documents: UUID) -> list[bool]:
    found = [world.vault.get(one, Document) for one in documents]
    return [one is not None and one.status == "Approved" for one in found]


def test_what_was_taken_for_directives_is_not_lost_with_them(world: World) -> None:
    """Corrected, it is a paper like another: new directives take the place of directives alone."""
    mistaken = put_by_the_person(world, JPEG, DIRECTIVES)
    reclassify(world, mistaken, type="DOCPAT09")

    directives = put_by_the_person(world, TEXT, DIRECTIVES)

    assert kept(world, mistaken, directives) == [True, True]


def test_what_is_said_to_be_directives_takes_the_place_of_the_former(world: World) -> None:
    """One document is current, whether it was added as such or corrected to be."""
    former = put_by_the_person(world, JPEG, DIRECTIVES)
    other = put_by_the_person(world, TEXT, "DOCPAT09")

    reclassify(world, other, type=DIRECTIVES)

    assert kept(world, former, other) == [False, True]
    last = put_by_the_person(world, PDF, DIRECTIVES)
    assert kept(world, other, last) == [False, True]


def test_directives_that_get_another_title_stay(world: World) -> None:
    directives = put_by_the_person(world, JPEG, DIRECTIVES)

    reclassify(world, directives, title="Mes volontés")

    assert kept(world, directives) == [True]


def test_directives_that_replace_others_do_not_keep_them_as_a_former_version(
    world: World,
) -> None:
    """By their id, a person says which document the new one takes the place of: what they wanted
    before is read by nobody, as when it is simply added."""
    directives = OWN | {"type": "EXPPAT_3", "title": "Mes directives"}
    given: dict[str, Any] = {"record_id": str(RECORD), "metadata": directives}
    first = world.deposit(JPEG, PATIENT, **given).document_id

    second = world.deposit(TEXT, PATIENT, replaces=str(first), **given)

    assert second.replaced == first
    shown = world.vault.describe(Describe(document_id=second.document_id), PATIENT)
    assert shown.status == "Approved"
    for reader in (PATIENT, DOCTOR):
        with pytest.raises(Forbidden):
            world.vault.describe(Describe(document_id=first), reader)


@pytest.mark.parametrize("without", ["author", "specialty", "practice_setting", "facility_type"])
def test_a_professionals_file_says_who_wrote_it_whatever_else_it_says(
    world: World, without: str
) -> None:
    """Only the person themselves has no number of a professional (JDV_J01, "EXP_PATIENT")."""
    given = METADATA | {"specialty": "EXP_PATIENT"}
    del given[without]

    with pytest.raises(InvalidRequest) as refusal:
        world.deposit(PDF, HOSPITAL, record_id=str(RECORD), metadata=given)

    assert refusal.value.fields == {f"metadata.{without}": "is missing"}


def test_every_type_of_a_record_has_its_heading() -> None:
    """None is to be looked for by hand in the person's space."""
    sets = read_value_sets()

    assert {t.code for t in sets.types.values() if t.in_dmp and not t.heading} == set()
    assert {t.heading for t in sets.types.values() if t.in_dmp} <= set(sets.headings)


@pytest.mark.skipif(not DATA.exists(), reason="the reference data are not beside the repository")
def test_kinds_of_reference_are_those_published() -> None:
    """JDV_J231."""
    with (DATA / "reference_id_types.csv").open(encoding="utf-8") as file:
        published = {row["code"] for row in csv.DictReader(file)}

    assert set(read_value_sets().reference_types) == published
