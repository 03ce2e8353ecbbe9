"""Use cases of the directory: registered, changed, deactivated, found."""

from uuid import uuid4

import pytest

from services.directory.application import Directory
from services.directory.contract import Deactivate, GetProfessional, RegisterFacility
from services.directory.domain.errors import AlreadyDeactivated, FacilityAlreadyRegistered
from services.directory.messages import message_for
from shared.kernel.errors import InvalidRequest, NotFound
from tests.directory.sample import DOCTOR, OPERATOR, registration


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


def test_a_facility_is_registered_once(directory: Directory) -> None:
    """
    One FINESS, one facility; its sector comes from the nomenclature.
    """
    request = RegisterFacility(
        request_id=uuid4(), finess="750712184", name="Hôpital de la Paix", sector="SA01"
    )
    directory.register_facility(request, OPERATOR)

    with pytest.raises(FacilityAlreadyRegistered):
        directory.register_facility(request.model_copy(update={"request_id": uuid4()}), OPERATOR)
    with pytest.raises(InvalidRequest) as refusal:
        directory.register_facility(
            request.model_copy(update={"request_id": uuid4(), "sector": "SA00"}), OPERATOR
        )
    assert set(refusal.value.fields) == {"sector"}


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
