"""Use cases of the directory: registered, changed, deactivated, found."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.directory.adapters.code_tables import read_codes
from services.directory.application import Directory
from services.directory.contract.reading import GetFacility, GetProfessional, MailboxOf
from services.directory.contract.registering import Deactivate, EnrolFacility
from services.directory.domain.errors import AlreadyDeactivated, AlreadyEnrolled, FacilityClosed
from services.directory.messages import message_for
from shared.kernel.clock import FixedClock
from shared.kernel.errors import InvalidRequest, NotFound
from tests.directory.sample import DOCTOR, OPERATOR, facility, registration


def topics(directory: Directory) -> list[str]:
    return [row.topic.removeprefix("directory.") for row in directory.read(0, 100)]


def test_a_professional_is_read_back_with_the_name_of_the_profession(
    directory: Directory,
) -> None:
    """
    Codes for software, the French name for people; nobody registered is not_found.
    """
    with pytest.raises(NotFound):
        directory.get_professional(GetProfessional(national_id=DOCTOR), OPERATOR)
    directory.register_professional(registration(), OPERATOR)

    found = directory.get_professional(GetProfessional(national_id=DOCTOR), OPERATOR)

    assert (found.profession, found.profession_fr, found.specialty) == ("10", "Médecin", "SM26")
    assert (found.family_name, found.active) == ("Nessi", True)
    assert found.places[0].town == "Paris"


def test_registering_again_changes_what_differs_and_nothing_else(directory: Directory) -> None:
    """
    The national extract repeats itself every day: the log must not.
    """
    for town in ("Paris", "Paris", "Lyon"):
        directory.register_professional(registration(places=[{"town": town}]), OPERATOR)

    assert topics(directory) == ["professional_registered", "professional_changed"]
    found = directory.get_professional(GetProfessional(national_id=DOCTOR), OPERATOR)
    assert found.places[0].town == "Lyon"


def test_one_who_left_may_come_back(directory: Directory) -> None:
    """
    Deactivated once, still readable (old documents name them), active again when registered.
    """
    directory.register_professional(registration(), OPERATOR)
    directory.deactivate(Deactivate(request_id=uuid4(), national_id=DOCTOR), OPERATOR)
    asked = GetProfessional(national_id=DOCTOR)
    assert not directory.get_professional(asked, OPERATOR).active
    with pytest.raises(AlreadyDeactivated):
        directory.deactivate(Deactivate(request_id=uuid4(), national_id=DOCTOR), OPERATOR)

    directory.register_professional(registration(), OPERATOR)

    assert directory.get_professional(asked, OPERATOR).active


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (dict(national_id="99700366240"), "national_id"),
        (dict(profession="11"), "profession"),
        # 26 is a profession in exercise (audioprothésiste), not one in training.
        (dict(profession="26", specialty=None, in_training=True), "profession"),
        (dict(specialty="SM99"), "specialty"),
        # A doctor's specialty for a dentist.
        (dict(profession="40"), "specialty"),
        (dict(skills=[{"code": "SM99"}]), "skill"),
    ],
)
def test_unknown_codes_are_refused_by_field(
    directory: Directory, changes: dict[str, object], field: str
) -> None:
    """
    Decisions are made on these codes: one that is not in the nomenclature would decide nothing.
    """
    with pytest.raises(InvalidRequest) as refusal:
        directory.register_professional(registration(**changes), OPERATOR)

    assert set(refusal.value.fields) == {field}
    assert topics(directory) == []


def test_a_situation_is_judged_by_its_own_practice(directory: Directory) -> None:
    """
    A doctor who also trains as a pharmacist: each place has its code, the wrong one is named.
    """
    places = [{"town": "Paris"}, {"town": "Lyon", "profession": "21", "in_training": True}]
    directory.register_professional(registration(places=places), OPERATOR)

    found = directory.get_professional(GetProfessional(national_id=DOCTOR), OPERATOR)

    told = [(p.town, p.profession, p.in_training, p.specialty) for p in found.places]
    assert told == [("Paris", "10", False, "SM26"), ("Lyon", "21", True, None)]
    with pytest.raises(InvalidRequest) as refusal:
        directory.register_professional(
            registration(places=[{"town": "Lyon", "profession": "26", "in_training": True}]),
            OPERATOR,
        )
    assert set(refusal.value.fields) == {"places.0.profession"}


def test_what_is_not_given_stays(directory: Directory) -> None:
    """
    Agreement and mailboxes come from other files than names do: one must not erase the other.
    """
    box = {"kind": "PER", "address": "anne-lise.nessi@medecin.mssante.fr"}
    directory.register_professional(registration(mailboxes=[box], under_agreement=True), OPERATOR)
    directory.register_professional(registration(family_name="NESSI-ROY"), OPERATOR)

    found = directory.get_professional(GetProfessional(national_id=DOCTOR), OPERATOR)

    assert (found.family_name, found.under_agreement) == ("NESSI-ROY", True)
    assert [m.address for m in found.mailboxes] == [box["address"]]
    directory.register_professional(registration(mailboxes=[]), OPERATOR)
    assert directory.mailbox_of(MailboxOf(national_id=DOCTOR), OPERATOR).items == []


def test_mailboxes_say_whether_anyone_reads_them(directory: Directory) -> None:
    """
    A letter to someone who practises no more, or to a closed place, would wait for ever.
    """
    box = {"kind": "ORG", "address": "urgences@hopital.mssante.fr", "service": "Urgences"}
    directory.register_facility(facility(mailboxes=[box]), OPERATOR)
    asked = MailboxOf(national_id="1750712184")
    found = directory.mailbox_of(asked, OPERATOR)
    assert (found.active, [m.service for m in found.items]) == (True, ["Urgences"])

    directory.register_facility(facility(open=False), OPERATOR)

    found = directory.mailbox_of(asked, OPERATOR)
    assert (found.active, len(found.items)) == (False, 1)
    with pytest.raises(NotFound):
        directory.mailbox_of(MailboxOf(national_id=DOCTOR), OPERATOR)


def test_a_facility_is_registered_once_and_then_changed(directory: Directory) -> None:
    """
    One FINESS, one facility, a legal entity or an establishment; codes and FINESS are checked.
    """
    for changes in ({}, {}, {"legal_entity": "750100042", "name": "Hôpital Paix"}):
        directory.register_facility(facility(**changes), OPERATOR)

    assert topics(directory) == ["facility_registered", "facility_changed"]
    found = directory.get_facility(GetFacility(finess="750712184"), OPERATOR)
    assert (found.level, found.legal_entity) == ("ET", "750100042")
    assert (found.sector_fr, found.consults_from) == ("Etablissement public de santé", None)
    for wrong in ({"sector": "SA00"}, {"legal_entity": "75010004"}, {"finess": "75O712184"}):
        with pytest.raises(InvalidRequest) as refusal:
            directory.register_facility(facility(**wrong), OPERATOR)
        assert set(refusal.value.fields) == set(wrong)
    assert len(topics(directory)) == 2


def test_a_facility_enrols_and_consults_from_a_date(
    directory: Directory, clock: FixedClock
) -> None:
    """
    The date may be put right until it has come; one that is unknown or closed enrols nowhere.
    """

    def enrol(day: str) -> None:
        request = {"request_id": uuid4(), "finess": "750712184", "consults_from": day}
        directory.enrol_facility(EnrolFacility.model_validate(request), OPERATOR)

    with pytest.raises(NotFound):
        enrol("2026-12-01")
    directory.register_facility(facility(open=False), OPERATOR)
    with pytest.raises(FacilityClosed):
        enrol("2026-12-01")
    directory.register_facility(facility(), OPERATOR)
    enrol("2026-12-01")
    with pytest.raises(AlreadyEnrolled):
        enrol("2026-12-01")
    enrol("2026-12-15")

    clock.move(timedelta(days=24))
    with pytest.raises(AlreadyEnrolled):
        enrol("2027-01-01")
    found = directory.get_facility(GetFacility(finess="750712184"), OPERATOR)
    assert str(found.consults_from) == "2026-12-15"
    told = [message_for(row.event) for row in directory.read(2, 10)]
    assert [(m.TYPE, m.model_dump(mode="json")["consults_from"]) for m in told if m] == [
        ("directory.facility_enrolled", "2026-12-01"),
        ("directory.facility_enrolled", "2026-12-15"),
    ]


def test_a_day_comes_at_midnight_in_france(directory: Directory, clock: FixedClock) -> None:
    """In winter an hour before that day begins by UTC: then the date stands."""
    directory.register_facility(facility(), OPERATOR)

    def enrol(day: str) -> None:
        request = {"request_id": uuid4(), "finess": "750712184", "consults_from": day}
        directory.enrol_facility(EnrolFacility.model_validate(request), OPERATOR)

    enrol("2026-12-15")
    clock.move(datetime(2026, 12, 14, 22, 59, tzinfo=UTC) - clock.now())
    enrol("2026-12-16")
    enrol("2026-12-15")
    clock.move(timedelta(minutes=1))
    with pytest.raises(AlreadyEnrolled):
        enrol("2026-12-16")


def test_a_practice_without_a_finess_is_known_by_its_structure_id(directory: Directory) -> None:
    """
    Registered, enrolled, asked for and told by its Struct_IdNat; a FINESS has one too.
    """
    siret = {"finess": None, "structure": "335600000000048"}
    directory.register_facility(facility(**siret), OPERATOR)
    directory.register_facility(facility(), OPERATOR)
    enrolment = {"request_id": uuid4(), "consults_from": "2026-12-01", **siret}
    directory.enrol_facility(EnrolFacility.model_validate(enrolment), OPERATOR)

    asked = GetFacility(structure=siret["structure"])
    found = directory.get_facility(asked, OPERATOR)
    assert (found.finess, found.structure) == ("", siret["structure"])
    assert str(found.consults_from) == "2026-12-01"
    by_structure = directory.get_facility(GetFacility(structure="1750712184"), OPERATOR)
    assert by_structure == directory.get_facility(GetFacility(finess="750712184"), OPERATOR)
    told = [message_for(row.event) for row in directory.read(0, 10)]
    assert [(m.model_dump()["finess"], m.model_dump()["structure"]) for m in told if m] == [
        ("", siret["structure"]),
        ("750712184", "1750712184"),
        ("", siret["structure"]),
    ]


@pytest.mark.parametrize(
    "named", [{}, {"finess": "750712184", "structure": "1750712184"}], ids=["nothing", "both"]
)
def test_a_facility_is_named_in_one_way(named: dict[str, str]) -> None:
    """
    Two names might be of two facilities.
    """
    with pytest.raises(ValidationError, match="not both"):
        GetFacility.model_validate(named)


@pytest.mark.parametrize("code", ["93", "71", "41", "99"])
def test_professions_outside_the_health_code_are_known(directory: Directory, code: str) -> None:
    """
    Psychologists, osteopaths, social workers and those with a role alone are in the directory.
    """
    directory.register_professional(registration(profession=code, specialty=None), OPERATOR)

    found = directory.get_professional(GetProfessional(national_id=DOCTOR), OPERATOR)
    assert (found.profession, found.profession_fr != code) == (code, True)


def test_a_profession_of_a_later_table_is_taken_where_the_operator_says_so(
    tmp_path: Path,
) -> None:
    """
    A nomenclature grows faster than this code.
    """
    file = tmp_path / "more.csv"
    file.write_text("code,display_fr\n61,Infirmier en pratique avancée\n", "utf-8")

    codes = read_codes(more_professions=file)

    codes.check_profession("61", in_training=False, specialty=None)
    with pytest.raises(InvalidRequest):
        read_codes().check_profession("61", in_training=False, specialty=None)


def test_messages_carry_ids_and_codes_and_no_name(directory: Directory) -> None:
    """
    Others need the profession; names are asked for when they are shown.
    """
    directory.register_professional(registration(), OPERATOR)
    directory.register_professional(registration(specialty="SM54"), OPERATOR)
    directory.deactivate(Deactivate(request_id=uuid4(), national_id=DOCTOR), OPERATOR)

    told = [message_for(row.event) for row in directory.read(0, 10)]

    assert [m.TYPE for m in told if m] == [
        "directory.professional_registered",
        "directory.professional_changed",
        "directory.professional_deactivated",
    ]
    text = " ".join(m.model_dump_json() for m in told if m)
    assert DOCTOR in text
    assert "Nessi" not in text
