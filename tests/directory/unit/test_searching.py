"""Finding professionals, on the read model as the projection keeps it."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from services.directory.adapters.code_tables import read_codes
from services.directory.application import Directory
from services.directory.contract.reading import HolderOf, SearchFacilities, SearchProfessionals
from services.directory.contract.registering import Deactivate
from services.directory.projections.facilities import Facilities, FacilitySearch
from services.directory.projections.mailboxes import HolderSearch, MailboxHolders
from services.directory.projections.professionals import Professionals, ProfessionalSearch
from shared.eventing.view import View
from shared.kernel.errors import InvalidRequest, NotFound
from shared.stores.documents import Documents
from shared.stores.views import Shape, open_documents
from tests.directory.sample import DOCTOR, OPERATOR, facility, registration
from tests.support.projecting import catch_up
from tests.support.settings import settings_in

DENTIST = "899700366249"
PHARMACIST = "899700366250"

Find = Callable[..., list[str]]


@pytest.fixture
def documents(directory: Directory, tmp_path: Path) -> Documents:
    """Three professionals, projected from the log."""
    for changes in (
        {},
        dict(
            national_id=DENTIST, family_name="LÉVÊQUE", given_name="Anne", profession="40",
            specialty=None, places=[{"town": "Saint-Étienne", "postal_code": "42000"}],
        ),
        dict(national_id=PHARMACIST, family_name="Nesle", profession="21", specialty=None),
    ):  # fmt: skip
        directory.register_professional(registration(**changes), OPERATOR)
    made = view_in(tmp_path, Professionals)
    catch_up(directory, View(Professionals(directory.secret), made))
    return made


def view_in(folder: Path, shape: Shape) -> Documents:
    return open_documents(settings_in(folder), "directory", shape)


@pytest.fixture
def find(directory: Directory, documents: Documents) -> Find:
    search = ProfessionalSearch(documents, directory, read_codes())

    def ask(text: str, **more: str) -> list[str]:
        listing = search.search_professionals(
            SearchProfessionals.model_validate({"text": text} | more), OPERATOR
        )
        assert listing.total == len(listing.items)
        return sorted(found.national_id for found in listing.items)

    return ask


def test_every_word_begins_a_name(find: Find) -> None:
    """
    In any order, with or without accents, from two letters on.
    """
    assert find("nes") == [DOCTOR, PHARMACIST]
    assert find("nessi anne") == [DOCTOR]
    assert find("leveque") == find("Lév") == [DENTIST]
    assert find("essi") == []


def test_profession_and_place_narrow_it_down(find: Find) -> None:
    """
    A town as one writes it, a postal code, a département, a facility.
    """
    assert find("anne", place="42") == [DENTIST]
    assert find("nes", profession="21") == [PHARMACIST]
    assert find("anne", place="saint etienne") == find("anne", place="42000") == [DENTIST]
    assert find("ne", place="1750712184") == [DOCTOR, PHARMACIST]


def test_one_who_left_is_not_found(find: Find, directory: Directory, documents: Documents) -> None:
    """
    Nobody gives rights to someone who no longer practises.
    """
    directory.deactivate(Deactivate(request_id=uuid4(), national_id=DOCTOR), OPERATOR)
    catch_up(directory, View(Professionals(directory.secret), documents))

    assert find("nes") == [PHARMACIST]


def test_too_little_to_search_for_is_refused(find: Find) -> None:
    """
    One letter would list half of France.
    """
    with pytest.raises(InvalidRequest) as refusal:
        find("d nessi")

    assert set(refusal.value.fields) == {"text"}


def test_a_stolen_read_model_names_nobody(documents: Documents, tmp_path: Path) -> None:
    """
    Names, ids and places are keyed tokens: the file says nothing.
    """
    stored = b"".join(file.read_bytes().lower() for file in tmp_path.glob("directory.views.db*"))

    assert stored
    for secret in (b"nessi", b"leveque", b"899700366240", b"etienne", b"750712184"):
        assert secret not in stored


def test_a_second_profession_is_found_too(
    find: Find, directory: Directory, documents: Documents
) -> None:
    """
    Each work situation has its own: one who changed profession half-way is both.
    """
    places = [{"town": "Paris"}, {"town": "Lyon", "profession": "40"}]
    directory.register_professional(registration(places=places), OPERATOR)
    catch_up(directory, View(Professionals(directory.secret), documents))

    assert find("nessi", profession="40") == find("nessi", profession="10") == [DOCTOR]


def test_facilities_are_found_by_kind_and_place(directory: Directory, tmp_path: Path) -> None:
    """
    Open establishments; legal entities when asked for; département, town, postal code, name.
    """
    for changes in (
        {},
        dict(finess="2B0000012", name="CH de Bastia", postal_code="20600", town="Bastia"),
        dict(finess="750100042", name="Hôpitaux de Paris", level="EJ", sector=None),
        dict(finess="750712999", name="Pharmacie de la Paix", sector="SA33"),
        dict(finess="750712998", name="Clinique de la Paix", open=False),
    ):
        directory.register_facility(facility(**changes), OPERATOR)
    documents = view_in(tmp_path, Facilities)
    catch_up(directory, View(Facilities(directory.secret), documents))
    search = FacilitySearch(documents, directory, read_codes())

    def find(**asked: str) -> list[str]:
        listing = search.search_facilities(SearchFacilities.model_validate(asked), OPERATOR)
        assert listing.total == len(listing.items)
        return sorted(found.finess for found in listing.items)

    assert find(kind="SA01") == ["2B0000012", "750712184"]
    assert find(kind="SA01", place="75") == find(kind="SA01", place="paris") == ["750712184"]
    assert find(place="2B") == find(place="20600") == find(text="basti") == ["2B0000012"]
    assert find(text="paix") == ["750712184", "750712999"]
    assert find(level="EJ") == ["750100042"]


def test_a_facility_is_found_in_the_departement_of_its_commune(
    directory: Directory, tmp_path: Path
) -> None:
    """
    Gustavia's postal code is 97133: 977, and 971 no more. Saint-Pierre-Laval, in Allier (03), has
    the postal code of a post office in Loire (42). Where the commune is unknown the postal code
    counts.
    """
    for changes in (
        dict(finess="970100012", name="Hôpital de Gustavia", postal_code="97133"),
        dict(finess="970100020", name="Hôpital de Marigot", postal_code="97059", commune="97801"),
        dict(finess="030000010", name="Maison", postal_code="42620", commune="03250"),
        dict(finess="970100038", name="CHU", postal_code="97110", category="101", sector=None),
    ):
        directory.register_facility(facility(**{"town": None} | changes), OPERATOR)
    documents = view_in(tmp_path, Facilities)
    catch_up(directory, View(Facilities(directory.secret), documents))
    search = FacilitySearch(documents, directory, read_codes())

    def find(**asked: str) -> list[str]:
        listing = search.search_facilities(SearchFacilities.model_validate(asked), OPERATOR)
        return sorted(found.finess for found in listing.items)

    assert (find(place="977"), find(place="978")) == (["970100012"], ["970100020"])
    assert (find(place="971"), find(place="97133")) == (["970100038"], ["970100012"])
    assert (find(place="03"), find(place="42")) == (["030000010"], [])
    assert find(kind="101") == ["970100038"], "also by the category of FINESS"


def test_a_mailbox_names_its_holder(directory: Directory, tmp_path: Path) -> None:
    """
    A professional's, with the facility it is of; a facility's own; and nobody's is not found.
    """
    own = {"kind": "PER", "address": "Anne.Nessi@paix.mssante.fr", "facility": "1750712184"}
    theirs = {"kind": "APP", "address": "resultats@paix.mssante.fr"}
    directory.register_professional(registration(mailboxes=[own]), OPERATOR)
    directory.register_facility(facility(mailboxes=[theirs]), OPERATOR)
    documents = view_in(tmp_path, MailboxHolders)
    catch_up(directory, View(MailboxHolders(directory.secret), documents))
    search = HolderSearch(documents, directory)

    person = search.holder_of(HolderOf(address="anne.nessi@PAIX.mssante.fr"), OPERATOR)
    place = search.holder_of(HolderOf(address="resultats@paix.mssante.fr"), OPERATOR)

    assert (person.national_id, person.facility, person.kind) == (DOCTOR, "1750712184", "PER")
    assert (place.national_id, place.facility, place.kind) == (None, "1750712184", "APP")
    assert "nessi" not in str(documents.find().items).lower()
    with pytest.raises(NotFound):
        search.holder_of(HolderOf(address="nobody@paix.mssante.fr"), OPERATOR)


@pytest.mark.parametrize("left", [DOCTOR, DENTIST])
def test_a_mailbox_is_of_who_practises_still(
    directory: Directory, tmp_path: Path, left: str
) -> None:
    """
    Of a practice, or of a hospital's service, whoever leaves keeps it in the directory, where
    nothing undoes a mailbox: what is written from it is not theirs any more.
    """
    shared = [{"kind": "CAB", "address": "cabinet@paix.mssante.fr"}]
    directory.register_professional(registration(mailboxes=shared), OPERATOR)
    dentist = {"national_id": DENTIST, "profession": "40", "specialty": None}
    directory.register_professional(registration(mailboxes=shared, **dentist), OPERATOR)
    directory.register_facility(facility(mailboxes=shared), OPERATOR)
    documents = view_in(tmp_path, MailboxHolders)
    search = HolderSearch(documents, directory)

    def holder() -> tuple[str | None, bool]:
        catch_up(directory, View(MailboxHolders(directory.secret), documents))
        found = search.holder_of(HolderOf(address="cabinet@paix.mssante.fr"), OPERATOR)
        return found.national_id, found.active

    directory.deactivate(Deactivate(request_id=uuid4(), national_id=left), OPERATOR)
    (other,) = {DOCTOR, DENTIST} - {left}
    assert holder() == (other, True)

    directory.deactivate(Deactivate(request_id=uuid4(), national_id=other), OPERATOR)
    assert holder() == (None, True)

    directory.register_facility(facility(mailboxes=shared, open=False), OPERATOR)
    assert holder()[1] is False
