"""What each kind of extract brings, and which lines it cannot take."""

from pathlib import Path

import pytest

from services.directory.application import Directory
from services.directory.contract.reading import (
    GetFacility,
    MailboxOf,
)
from tests.directory import extracts as forms
from tests.directory.extracts import (
    HOSPITAL,
    NURSE,
    PRACTICE,
    activity,
    imported,
    read,
    written,
)
from tests.directory.sample import DOCTOR, OPERATOR, facility, registration

pytestmark = pytest.mark.usefixtures("small_calls")


def test_each_line_is_a_work_situation(directory: Directory, tmp_path: Path) -> None:
    """
    A doctor in a hospital and in a practice of their own; several lines, one professional.
    """
    hospital, practice = activity(specialty="SM26", **HOSPITAL), activity(**PRACTICE)
    done, refused = imported(directory, written(tmp_path / "x", [practice, hospital, hospital]))

    found = read(directory)

    assert (done.lines, done.registered, done.refused, refused) == (3, 1, 0, [])
    assert (found.family_name, found.profession, found.specialty) == ("NESSI", "10", "SM26")
    assert [(p.facility, p.legal_entity, p.town, p.mode, p.specialty) for p in found.places] == [
        ("1750712184", "750100042", "Paris", "S", "SM26"),
        ("R10100000049862", None, "Lyon", "L", None),
    ]


def test_a_structure_is_named_by_what_it_has(directory: Directory, tmp_path: Path) -> None:
    """
    Struct_IdNat: 1 and FINESS before 3 and SIRET before the directory's own number.
    """
    rows = [
        activity(finess="750712184", siret="12345678901234", structure="F1"),
        activity(entity="750100042", siret="12345678901234"),
        activity(siret="12345678901234", structure="C1"),
        activity(structure="R1"),
        activity(),
    ]
    imported(directory, written(tmp_path / "x", rows))

    named = {place.facility for place in read(directory).places}

    assert named == {"1750712184", "1750100042", "312345678901234", "R1"}, "none for no activity"


def test_a_place_is_where_the_line_says(directory: Directory, tmp_path: Path) -> None:
    """
    Lines that come from ADELI have their town in the address alone; a place abroad, even in
    a town with a postal code of five digits, is in no département.
    """
    rows = [
        activity(siret="11111111111111", postal="25300", line="25304 PONTARLIER CEDEX 4"),
        activity(siret="22222222222222", postal="1201", town="GENÈVE", country="99140"),
        activity(siret="33333333333333", postal="66111", town="SAARBRÜCKEN", country="99109"),
        activity(siret="44444444444444", postal="GL", line="GL5 2QJ STROUD", country="99132"),
        activity(siret="55555555555555", postal="97400", town="Saint-Denis", country="99000"),
        activity(siret="66666666666666", postal="20117", line="20117 ECCICA", country="99100"),
    ]
    done, refused = imported(directory, written(tmp_path / "x", rows))

    places = {(p.facility or "")[1]: (p.postal_code, p.town) for p in read(directory).places}

    assert (done.registered, refused) == (1, [])
    assert places == {
        "1": ("25300", "PONTARLIER"), "2": (None, "GENÈVE"), "3": (None, "SAARBRÜCKEN"),
        "4": (None, None), "5": ("97400", "Saint-Denis"), "6": ("20117", "ECCICA"),
    }  # fmt: skip


def test_every_mode_of_exercise_is_taken(directory: Directory, tmp_path: Path) -> None:
    """
    TRE_R23: the fourth, I, came on 2 February 2026; readers of answers know of three.
    """
    rows = [activity(**(PRACTICE | {"mode": mode, "structure": f"R{mode}"})) for mode in "LSBI"]
    _, refused = imported(directory, written(tmp_path / "x", rows))

    modes = {(p.facility, p.mode) for p in read(directory).places}
    assert refused == []
    assert modes == {("RL", "L"), ("RS", "S"), ("RB", "B"), ("RI", None)}


@pytest.mark.parametrize("specialty", ["SI06", "SI07", "SI08"])
def test_specialised_nurses_are_taken(directory: Directory, tmp_path: Path, specialty: str) -> None:
    """
    Operating theatre, anaesthesia and child care are specialties since 30 July 2026 (TRE_R38).
    """
    rows = [activity(NURSE, profession="60", specialty=specialty, **HOSPITAL)]
    _, refused = imported(directory, written(tmp_path / "x", rows))

    assert (refused, read(directory, NURSE).specialty) == ([], specialty)


def test_one_in_training_and_in_exercise_is_first_what_they_exercise(
    directory: Directory, tmp_path: Path
) -> None:
    """
    A midwife who studies medicine: the profession is hers, the training a situation beside.
    """
    rows = [activity(category="E", **HOSPITAL), activity(profession="50", **PRACTICE)]
    imported(directory, written(tmp_path / "x", rows))

    found = read(directory)

    assert (found.profession, found.in_training) == ("50", False)
    assert [(p.profession, p.in_training) for p in found.places] == [("50", False), ("10", True)]


def test_the_other_files_add_their_part(directory: Directory, tmp_path: Path) -> None:
    """
    Skills, diplomas and mailboxes each come from a file of their own, and leave the rest.
    """
    imported(directory, written(tmp_path / "a", [activity(**HOSPITAL)]))
    pp = {forms.PP: DOCTOR}
    skills = [
        {**pp, "Code savoir-faire": c, "Code type savoir-faire": "S"} for c in ("SM54", "SM26")
    ]
    diplomas = [
        {**pp, "Code type diplôme obtenu": "DE", "Code diplôme obtenu": "DE09"},
        {**pp, "Code type autorisation": "AE", "Code discipline autorisation": "MG"},
        {**pp, "Code type diplôme obtenu": "CES", "Code diplôme obtenu": "CES03",
         "Code type autorisation": "AE", "Code discipline autorisation": "CH"},
        {**pp},
    ]  # fmt: skip
    boxes = [
        {**pp, "Type de BAL": "PER", "Adresse BAL": "a.nessi@medecin.mssante.fr",
         "Dématérialisation": "O"},
        {**pp, "Type de BAL": "CAB", "Adresse BAL": "cabinet@medecin.mssante.fr",
         "Identification Structure": "R1"},
        {**pp, "Type de BAL": "PER", "Adresse BAL": "a.nessi@hopital.mssante.fr",
         "Type identifiant structure": "1", "Identification Structure": "750712184"},
        {**pp, "Type de BAL": "PER", "Adresse BAL": "a.nessi@maison.mssante.fr",
         "Type identifiant structure": "SIREN", "Identification Structure": "732829320"},
    ]  # fmt: skip

    for kind, rows, header in (
        ("skills", skills, forms.SKILLS_HEADER),
        ("diplomas", diplomas, forms.DIPLOMAS_HEADER),
        ("mailboxes", boxes, forms.MAILBOXES_HEADER),
    ):
        done, refused = imported(directory, written(tmp_path / kind, rows, header), kind)
        assert (done.changed, refused) == (1, []), kind

    found = read(directory)
    assert [skill.code for skill in found.skills] == ["SM26", "SM54"]
    assert {(d.kind, d.type, d.code) for d in found.diplomas} == {
        ("diploma", "DE", "DE09"), ("authorisation", "AE", "MG"),
        ("diploma", "CES", "CES03"), ("authorisation", "AE", "CH"),
    }, "a line may have both, or neither"  # fmt: skip
    told = directory.mailbox_of(MailboxOf(national_id=DOCTOR), OPERATOR).items
    assert {(m.kind.value, m.address, m.facility, m.paperless) for m in told} == {
        ("PER", "a.nessi@medecin.mssante.fr", None, True),
        ("CAB", "cabinet@medecin.mssante.fr", "R1", None),
        ("PER", "a.nessi@hopital.mssante.fr", "1750712184", None),
        ("PER", "a.nessi@maison.mssante.fr", "2732829320", None),
    }
    assert found.places[0].town == "Paris"


def test_facilities_come_from_structures_or_from_where_people_work(
    directory: Directory, tmp_path: Path
) -> None:
    """
    The open files have no list of facilities: those named in activities are taken. The
    restricted one has legal entities too, and those that closed.
    """
    rows = [activity(**HOSPITAL), activity(NURSE, **HOSPITAL), activity(NURSE, **PRACTICE)]
    done, _ = imported(directory, written(tmp_path / "a", rows), "sites")
    assert (done.registered, done.lines) == (1, 2)
    found = directory.get_facility(GetFacility(finess="750712184"), OPERATOR)
    assert (found.name, found.legal_entity, found.open) == ("HOPITAL DE LA PAIX", "750100042", True)

    structures = [
        {"Type de structure": "EJ", "Numéro FINESS EJ": "750100042", "Raison sociale": "AP"},
        {"Type de structure": "EG", "Numéro FINESS Etablissement": "750712184",
         "Numéro FINESS EJ": "750100042", "Raison sociale": '"HOPITAL; PAIX"',
         "Date de fermeture structure": "31/12/2025", "Code secteur d'activité": "SA01"},
    ]  # fmt: skip
    file = written(tmp_path / "s", structures, forms.STRUCTURES_HEADER, ";")
    done, refused = imported(directory, file, "structures")

    assert (done.registered, done.changed, refused) == (1, 1, [])
    legal = directory.get_facility(GetFacility(finess="750100042"), OPERATOR)
    assert (legal.level, legal.legal_entity) == ("EJ", None)
    closed = directory.get_facility(GetFacility(finess="750712184"), OPERATOR)
    assert (closed.name, closed.open) == ("HOPITAL; PAIX", False)


def test_practices_without_a_finess_are_facilities_too(
    directory: Directory, tmp_path: Path
) -> None:
    """
    Most practices have a SIRET or only the directory's own number: their places lead to them. A
    site of a legal entity is none of them.
    """
    siret = {**PRACTICE, "siret": "35600000000048", "name": "CABINET MEDICAL", "sector": "SA05"}
    rows = [activity(**HOSPITAL), activity(NURSE, **PRACTICE), activity(**siret)]
    rows.append(activity(**{**PRACTICE, "structure": "R2", "entity": "750100042"}))
    file = written(tmp_path / "a", rows)
    done, refused = imported(directory, file, "practices")
    imported(directory, file)

    assert (done.registered, done.lines, refused) == (2, 2, [])
    for national_id, name in ((NURSE, "CABINET"), (DOCTOR, "CABINET MEDICAL")):
        places = [p for p in read(directory, national_id).places if p.name == name]
        structure = places[0].facility
        found = directory.get_facility(GetFacility(structure=structure), OPERATOR)
        assert (found.structure, found.name, found.finess) == (structure, name, "")


def test_mailboxes_of_facilities(directory: Directory, tmp_path: Path) -> None:
    """
    ORG and APP addresses belong to a FINESS, written with or without its 1, or to a SIRET; a
    SIREN (TRE_G07: 2) has nine digits as a FINESS has.
    """
    directory.register_facility(facility(), OPERATOR)
    directory.register_facility(facility(finess="732829320"), OPERATOR)
    practice = activity(siret="99999999999999", name="CABINET")
    imported(directory, written(tmp_path / "p", [practice]), "practices")
    box = {"Type de BAL": "ORG", "Adresse BAL": "a@hopital.mssante.fr"}
    rows = [
        {**box, "Identification Structure": "1750712184", "Service de rattachement": "Urgences"},
        {**box, "Identification Structure": "12345678901234"},
        {**box, "Identification Structure": "750100042"},
        {**box, "Identification Structure": "99999999999999"},
        {**box, "Identification Structure": "732829320", "Type identifiant structure": "2"},
    ]
    file = written(tmp_path / "x", rows, forms.MAILBOXES_HEADER)
    _, refused = imported(directory, file, "facility_mailboxes")

    named = [(line, field) for line, field, _ in refused]
    assert named == [(3, "key"), (4, "key"), (6, "key")], "a SIREN is no FINESS of these digits"
    (told,) = directory.mailbox_of(MailboxOf(national_id="1750712184"), OPERATOR).items
    assert (told.kind, told.service, told.facility) == ("ORG", "Urgences", "1750712184")
    (told,) = directory.mailbox_of(MailboxOf(national_id="399999999999999"), OPERATOR).items
    assert told.facility == "399999999999999"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (activity("899700366"), "key"),
        (activity("not an id at all"), "national_id"),
        (activity(profession="00"), "profession"),
        (activity(specialty="SCD01"), "specialty"),
        (activity(family=""), "family_name"),
        (activity(mode="X"), "mode"),
        (activity(sector="SA00"), "sector"),
        (activity(entity="7501"), "legal_entity"),
        (activity(postal="7500"), "postal_code"),
    ],
)
def test_a_line_that_cannot_be_taken_is_told_and_the_others_are(
    directory: Directory, tmp_path: Path, row: dict[str, str], field: str
) -> None:
    """
    One fault in hundreds of thousands of lines must neither stop nor spoil the import.
    """
    rows = [activity(NURSE, profession="60", **HOSPITAL), row, activity(**HOSPITAL)]
    done, refused = imported(directory, written(tmp_path / "x", [*rows, "broken"]))

    assert (done.lines, done.refused, done.finished) == (4, 2, True)
    wanted = "national_id" if field == "key" else field
    assert [(line, name) for line, name, _ in refused] == [(3, wanted), (5, "line")]
    assert read(directory, NURSE).places[0].town == read(directory).places[0].town == "Paris"


def test_nothing_is_said_of_whom_the_directory_does_not_know(
    directory: Directory, tmp_path: Path
) -> None:
    """
    A mailbox makes nobody a professional, and brings nobody back who has left.
    """
    boxes = [
        {forms.PP: id_, "Type de BAL": "PER", "Adresse BAL": "a@b.fr"} for id_ in (DOCTOR, NURSE)
    ]
    imported(directory, written(tmp_path / "a", [activity()]))
    directory.register_professional(registration(), OPERATOR)
    leave(directory)

    done, refused = imported(
        directory, written(tmp_path / "x", boxes, forms.MAILBOXES_HEADER), "mailboxes"
    )

    assert [(line, field) for line, field, _ in refused] == [(3, "key")]
    assert (done.changed, read(directory).active) == (1, False)


def leave(directory: Directory) -> None:
    professional = directory.known_professional(DOCTOR)
    professional.deactivate(OPERATOR)
    directory.save(professional)
