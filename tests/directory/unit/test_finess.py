"""What the two files of FINESS bring, what stays of an entry, and which entries are refused."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from services.directory.application import Directory
from services.directory.contract.reading import MailboxOf
from services.directory.contract.registering import EnrolFacility
from tests.directory.extracts import HOSPITAL as SITE
from tests.directory.extracts import activity, events, imported, written
from tests.directory.finess import (
    ENTITY,
    ENTITY_COLUMNS,
    ENTITY_LINE,
    HOSPITAL,
    LINE,
    address,
    entity,
    establishment,
    flat,
    got,
    structures,
)
from tests.directory.sample import OPERATOR, facility

pytestmark = pytest.mark.usefixtures("small_calls")


def test_finess_describes_establishments_and_legal_entities(
    directory: Directory, tmp_path: Path
) -> None:
    """
    Both are in one file; the entity around an establishment is the one it belongs to.
    """
    file = structures(tmp_path / "x", entity(establishment()))
    for kind in ("legal_entities", "establishments"):
        done, refused = imported(directory, file, kind)
        assert (done.registered, done.lines, refused) == (1, 1, [])

    found, legal = got(directory), got(directory, ENTITY)

    assert (found.name, found.level, found.legal_entity) == ("HOPITAL DE LA PAIX", "ET", ENTITY)
    assert (found.siret, found.siren, found.category) == ("26750045200011", None, "355")
    assert (found.address, found.postal_code, found.town) == (
        "12B R DE LA PAIX, BP 12", "75007", "PARIS",
    )  # fmt: skip
    assert (found.commune, found.phone, found.open) == ("75107", "0140000000", True)
    assert (found.opened_on, found.closed_on) == (date(1995, 6, 1), None)
    assert (found.described_by, found.sector) == ("finess", None)
    assert (legal.name, legal.level, legal.legal_entity, legal.siren, legal.siret) == (
        "ASSISTANCE PUBLIQUE DE LA PAIX", "EJ", None, "267500452", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "is_open"),
    [
        (establishment(), True),
        (establishment("I"), False),
        (establishment("I", dateFermeture="2010-12-31"), False),
        (establishment(dateFermeture="2026-11-21"), False),
        (establishment(dateFermeture="2026-11-22"), True),
    ],
)
def test_one_that_has_closed_is_closed(
    directory: Directory, tmp_path: Path, entry: dict[str, object], is_open: bool
) -> None:
    """
    By its state (TRE_R386), or its date once that has come: closures are announced before. Today
    is 21 November 2026.
    """
    _, refused = imported(directory, structures(tmp_path / "x", entity(entry)), "establishments")

    assert (got(directory).open, refused) == (is_open, [])


def test_the_address_is_where_care_is_given(directory: Directory, tmp_path: Path) -> None:
    """
    An establishment has up to 150 addresses: 03 of TRE_R377 is that of the place, wherever it is
    in the list; others are of annexes, of a reception, for letters.
    """
    several = [address(usageAdresse="06", codePostal="69003"), address(codePostal="75008")]
    file = structures(tmp_path / "x", entity(establishment(adresse=several)))
    imported(directory, file, "establishments")

    assert got(directory).postal_code == "75008"


def test_what_an_entry_lacks_is_unsaid(directory: Directory, tmp_path: Path) -> None:
    """
    Nothing is made up: no name but the short one, no SIRET, no address, a phone that is none.
    """
    bare = establishment(
        nomEgeLong=None, siret=None, dateOuverture="1900-01-01", adresse=[],
        contact=[{"telecom": {"telephone": "standard"}}],
        categorieentiteGeographiqueExercice=None,
    )  # fmt: skip
    _, refused = imported(directory, structures(tmp_path / "x", entity(bare)), "establishments")

    found = got(directory)

    assert (found.name, refused) == ("HOPITAL PAIX", [])
    assert {found.siret, found.opened_on, found.address, found.postal_code, found.town,
            found.commune, found.phone, found.category} == {None}  # fmt: skip


def test_of_two_phone_numbers_the_first_is_kept(directory: Directory, tmp_path: Path) -> None:
    """
    Some entries have two in one field.
    """
    both = [{"telecom": {"telephone": "0690 29 19 88/0590895757"}}]
    file = structures(tmp_path / "x", entity(establishment(contact=both)))
    imported(directory, file, "establishments")

    assert got(directory).phone == "0690291988"


def test_names_in_other_capitals_and_codings_are_read(directory: Directory, tmp_path: Path) -> None:
    """
    The published schema (v1) writes the category otherwise than the files, and as a coding.
    """
    entry = establishment()
    del entry["categorieentiteGeographiqueExercice"]
    entry["categorieEntiteGeographiqueExercice"] = {"code": "355", "system": "tre-r397"}
    imported(directory, structures(tmp_path / "x", entity(entry)), "establishments")

    assert got(directory).category == "355"


def test_what_finess_does_not_speak_of_stays(directory: Directory, tmp_path: Path) -> None:
    """
    The sector that professionals' lines say, mailboxes, and from when it consults records.
    """
    box = {"kind": "ORG", "address": "accueil@paix.mssante.fr"}
    directory.register_facility(facility(mailboxes=[box]), OPERATOR)
    directory.enrol_facility(
        EnrolFacility(request_id=uuid4(), finess=HOSPITAL, consults_from=date(2027, 1, 1)), OPERATOR
    )

    done, _ = imported(
        directory, structures(tmp_path / "x", entity(establishment())), "establishments"
    )

    found = got(directory)
    told = directory.mailbox_of(MailboxOf(national_id=f"1{HOSPITAL}"), OPERATOR)
    assert (done.changed, found.name, found.sector) == (1, "HOPITAL DE LA PAIX", "SA01")
    assert found.consults_from == date(2027, 1, 1)
    assert [one.address for one in told.items] == ["accueil@paix.mssante.fr"]


def test_lines_of_professionals_do_not_undo_finess(directory: Directory, tmp_path: Path) -> None:
    """
    Both files come every day, and name a hospital in two ways: it would change twice a day.
    """
    file = structures(tmp_path / "x", entity(establishment("I", dateFermeture="2026-01-01")))
    sites = written(tmp_path / "y", [activity(**(SITE | {"name": "CH PAIX", "town": "PARIS 7E"}))])
    imported(directory, file, "establishments")

    done, _ = imported(directory, sites, "sites")
    found = got(directory)
    assert (done.changed, found.sector) == (1, "SA01")
    assert (found.name, found.town, found.open) == ("HOPITAL DE LA PAIX", "PARIS", False)

    again = [imported(directory, file, "establishments")[0], imported(directory, sites, "sites")[0]]
    assert [(done.same, done.changed) for done in again] == [(1, 0), (1, 0)]
    assert len(events(directory)) == 2


def test_an_operator_who_says_less_leaves_what_finess_said(
    directory: Directory, tmp_path: Path
) -> None:
    """
    Callers of before know nothing of SIRET and address.
    """
    imported(directory, structures(tmp_path / "x", entity(establishment())), "establishments")
    directory.register_facility(facility(), OPERATOR)

    found = got(directory)
    assert (found.name, found.siret, found.phone) == (
        "Hôpital de la Paix", "26750045200011", "0140000000",
    )  # fmt: skip


def test_entries_that_are_wrong_are_told_by_their_number(
    directory: Directory, tmp_path: Path
) -> None:
    """
    The number is that of the establishment in the file; the others are taken.
    """
    wrong = [
        establishment(siret="1234"),
        establishment(numFinessEge=None),
        establishment(numFinessEge="750712185", dateFermeture="31/12/2025"),
        establishment(numFinessEge="7507121"),
        establishment(numFinessEge="750712187", nomEgeLong=None, nomEgeCourt=" "),
        establishment(numFinessEge="750712188", adresse=[address(codePostal="7500")]),
    ]
    right = establishment(numFinessEge="750712190")
    file = structures(tmp_path / "x", entity(*wrong[:3]), entity(*wrong[3:], right))

    done, refused = imported(directory, file, "establishments")

    assert done.registered == 1
    assert [(line, field) for line, field, _ in refused] == [
        (1, "siret"), (2, "line"), (3, "closed_on"), (4, "finess"), (5, "name"),
        (6, "postal_code"),
    ]  # fmt: skip


def test_the_flat_file_brings_the_same(directory: Directory, tmp_path: Path) -> None:
    """
    Until May 2026 FINESS came as etalab_cs1100502: columns by place, no header, open ones alone.
    """
    done, refused = imported(directory, flat(tmp_path / "x", LINE), "establishments_csv")

    found = got(directory)

    assert (done.registered, refused) == (1, [])
    assert (found.name, found.legal_entity, found.open) == ("HOPITAL DE LA PAIX", ENTITY, True)
    assert (found.siret, found.category, found.phone) == ("26750045200011", "355", "0140000000")
    assert (found.address, found.postal_code, found.town) == (
        "12B R DE LA PAIX, BP 12", "75341", "PARIS",
    )  # fmt: skip
    assert (found.opened_on, found.described_by) == (date(1995, 6, 1), "finess")


def test_the_flat_file_of_legal_entities(directory: Directory, tmp_path: Path) -> None:
    """
    etalab_cs1100501, of which a value too many or too few is another edition's.
    """
    file = flat(tmp_path / "x", ENTITY_LINE, columns=ENTITY_COLUMNS)
    with file.open("a") as out:
        out.write("structureej;750712999;cut short\n")
    done, refused = imported(directory, file, "legal_entities_csv")

    found = got(directory, ENTITY)

    assert (done.registered, refused) == (1, [(3, "line", "has 3 columns, the header 23")])
    assert (found.name, found.level, found.legal_entity) == (
        "ASSISTANCE PUBLIQUE DE LA PAIX", "EJ", None,
    )  # fmt: skip
    assert (found.siren, found.siret, found.phone) == ("267500452", None, "0140000000")
    assert (found.address, found.postal_code, found.town) == (
        "3B AV VICTORIA, BP 4", "75100", "PARIS RP",
    )  # fmt: skip
    assert (found.opened_on, found.open, found.described_by) == (date(1990, 1, 1), True, "finess")


def test_a_flat_file_is_of_establishments_or_of_entities(
    directory: Directory, tmp_path: Path
) -> None:
    """
    Both begin alike: lines of the other kind are passed over.
    """
    done, refused = imported(directory, flat(tmp_path / "x", LINE), "legal_entities_csv")
    assert (done.registered, refused) == (0, [])


def test_places_of_the_geolocated_file_are_passed_over(
    directory: Directory, tmp_path: Path
) -> None:
    """
    etalab_cs1100507 has them below the establishments, six values long.
    """
    file = flat(tmp_path / "x", LINE)
    with file.open("a") as out:
        out.write(f"geolocalisation;{HOSPITAL};650000.0;6860000.0;1,ATLASANTE,100,IGN;2026-05-12\n")
        out.write("structureet;750712999;cut short\n")

    done, refused = imported(directory, file, "establishments_csv")

    assert done.registered == 1
    assert refused == [(4, "line", "has 3 columns, the header 32")]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "latin-1"])
def test_the_flat_file_is_read_in_the_encodings_it_had(
    directory: Directory, tmp_path: Path, encoding: str
) -> None:
    """
    One-byte text for years, UTF-8 in others: each line says which it is.
    """
    line = LINE | {"rslongue": "HÔPITAL DE L'ÉTÉ"}
    file = flat(tmp_path / "x", line, encoding=encoding)
    _, refused = imported(directory, file, "establishments_csv")

    assert (got(directory).name, refused) == ("HÔPITAL DE L'ÉTÉ", [])


def test_a_whole_import_broken_off_goes_on(directory: Directory, tmp_path: Path) -> None:
    """
    As of every kind: nothing is lost, nothing comes twice.
    """
    entries = [establishment(numFinessEge=f"75071{n:04d}") for n in range(10)]
    file = structures(tmp_path / "x", entity(*entries))
    with pytest.raises(ConnectionError):
        imported(directory, file, "establishments", dies_after=2)

    done, _ = imported(directory, file, "establishments")

    assert (done.lines, done.registered, done.finished) == (10, 10, True)
    assert len(events(directory)) == len(entries)
