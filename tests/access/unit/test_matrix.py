"""The matrix as data: every sourced cell, precedence, and what silence means."""

import csv
from typing import Any

import pytest

from services.access.adapters.reference import DATA, read_reference
from services.access.domain.matrix import ANY, Cell, Matrix, digest_of
from tests.access.support.judging import ask, document, matrix, rights
from tests.access.support.people import PATIENT, professional

CLASSES = ("10", "11", "31", "42", "43", "44", "45", "52", "60", "90", "95")
EXCLUDED = {
    "10": ["ATTEST-RESID"],
    "40": ["80788-3", "75496-0", "83981-1", "83901-9", "68599-0"],
    "60": ["75496-0", "68599-0", "83901-9", "68817-6", "89601-9"],
}
"""Arrêté of 26 October 2023, as information-dentaire.fr and infirmiers.com tell it: by hand."""
OPENED_TO_NURSES = ["83981-1", "47420-5", "11502-2", "15507-7", "56445-0", "PROT_ALD"]
"""Named there by infirmiers.com, among others that it does not name."""


def cell(**given: Any) -> Cell:
    whole: dict[str, Any] = {
        "profession": "10",
        "qualifier": ANY,
        "document_class": ANY,
        "document_type": ANY,
        "read": "yes",
        "write": None,
        "sourced": False,
        "source": "a test",
        **given,
    }
    return whole  # type: ignore[return-value]  # spelled out above


@pytest.mark.parametrize(
    ("profession", "excluded"), [(p, t) for p, types in EXCLUDED.items() for t in types]
)
def test_sourced_exclusion_wins_over_the_class(profession: str, excluded: str) -> None:
    """
    A type the arrêté closes stays closed, whatever is reconstructed for its class.
    """
    for class_ in CLASSES:
        assert matrix().read(profession, [], class_, excluded) == "no"


@pytest.mark.parametrize("profession", ["40", "60"])
def test_sourced_exclusion_is_refused_even_to_an_administrator(profession: str) -> None:
    """
    Decided through the rules too, not only in the table.
    """
    given, actor = rights(), professional("8", profession)
    given.name_administrator(actor.id, by=PATIENT)

    for excluded in EXCLUDED[profession]:
        assert ask(given, actor, document(type=excluded))["rules"] == ["matrix_read"]


def test_nurses_read_what_a_text_opens_to_them() -> None:
    """
    Reports and syntheses are open to them in part: these types of them, by name.
    """
    given, nurse = rights(), professional("8", "60")
    given.name_administrator(nurse.id, by=PATIENT)

    for class_, type_ in zip(("10", "10", "10", "10", "11", "44"), OPENED_TO_NURSES, strict=True):
        assert matrix().read("60", [], class_, type_) == "yes"
    assert matrix().read("60", [], "10", "34874-8") == "partial"
    assert ask(given, nurse, document(type="11502-2"))["permit"]


def test_doctors_read_every_class_and_every_other_type() -> None:
    """
    The one profession whose line is sourced whole: all but one type, specialists included.
    """
    with (DATA / "document_types.csv").open(encoding="utf-8") as lines:
        types = [(row["classCode"], row["typeCode"]) for row in csv.DictReader(lines)]

    closed = [t for c, t in types if matrix().read("10", ["SM03"], c, t) != "yes"]

    assert closed == ["ATTEST-RESID"]


def test_words_that_name_no_cell_are_not_loaded() -> None:
    """
    "Mostly yes" is not a right: only yes and no are taken from the sourced lines.
    """
    sourced = [c for c in read_reference().cells if c["sourced"]]

    assert {c["profession"] for c in sourced} == {"10", "40", "60"}
    assert len(sourced) == 2 + 5 + 11


def test_every_line_of_the_reconstruction_is_loaded() -> None:
    """
    One cell per profession and class: a code of several professions is each of them.
    """
    with (DATA / "access_matrix_reconstructed.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    expected = {"read": "yes", "partial": "partial", "none": "no"}
    loaded = Matrix([c for c in read_reference().cells if not c["sourced"]])

    for row in rows:
        for code in row["profession_code"].split("|"):
            profession, _, qualifier = code.partition("/")
            read = loaded.read(profession, [qualifier], row["classCode"], "none-such")
            assert read == expected[row["read"]], row


def test_partial_refuses_unless_a_cell_opens_that_type() -> None:
    """
    DESIGN 8: partial denies, unless a type exception permits.
    """
    partly = [cell(document_class="11", read="partial")]
    excepted = [*partly, cell(document_class="11", document_type="SYNTH")]

    assert Matrix(partly).read("10", [], "11", "SYNTH") == "partial"
    assert Matrix(excepted).read("10", [], "11", "SYNTH") == "yes"
    assert Matrix(excepted).read("10", [], "11", "OTHER") == "partial"


def test_a_section_of_pharmacists_has_its_own_line() -> None:
    """
    A biologist (section G) reads reports that another pharmacist reads only in part.
    """
    assert matrix().read("21", ["G"], "10", "11502-2") == "yes"
    assert matrix().read("21", ["A"], "10", "11502-2") == "partial"


def test_an_unknown_profession_has_no_right() -> None:
    """
    No cell, no access.
    """
    assert matrix().read("99", [], "10", "11502-2") == "none"
    assert matrix().write("99", [], "10", "11502-2") == "none"


def test_digest_names_the_cells_whatever_their_order() -> None:
    """
    Two operators who load the same matrix name the same one; one changed cell is another.
    """
    cells = read_reference().cells
    changed = [cell(), *cells[1:]]

    assert digest_of(list(reversed(cells))) == digest_of(cells)
    assert digest_of(changed) != digest_of(cells)


def test_what_was_found_in_a_text_is_told_from_what_was_made_up_for_want_of_one() -> None:
    """
    An operator, and whoever judges a refusal, must see which cells no text stands behind.
    """
    cells = read_reference(DATA).cells

    for one in cells:
        assert one["sourced"] is not one["source"].startswith("reconstruction")
    assert {one["profession"] for one in cells if one["sourced"]} == set(EXCLUDED)
