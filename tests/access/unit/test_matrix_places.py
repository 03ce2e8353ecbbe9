"""What a change of the matrix speaks of: a specialty, a class, a type, and precedence of cells."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.access.domain.errors import MatrixAlreadyLoaded
from services.access.domain.matrix import ANY, Matrix, MatrixRegister, digest_of
from services.access.domain.matrix_change import changes
from shared.kernel.actor import Actor, ActorKind


def cell(**said: Any) -> Any:
    usual = {
        "profession": "10",
        "qualifier": ANY,
        "document_class": "11",
        "document_type": ANY,
        "read": "no",
        "write": None,
        "sourced": True,
        "source": "a text",
    }
    return usual | said


GENERAL = cell()
PLACES = [
    {"qualifier": "SM26"},
    {"document_type": "SYNTH"},
    {"qualifier": "SM26", "document_type": "SYNTH"},
    {"document_class": ANY},
]


@pytest.mark.parametrize("place", PLACES, ids=["specialty", "type", "both", "every class"])
@pytest.mark.parametrize("right", ["read", "write"])
def test_a_change_is_told_at_the_very_place_it_is_made(place: dict[str, str], right: str) -> None:
    """Asked as a professional of that specialty is for a document of that type: a change for
    cardiologists is none for the others."""
    others = cell(profession="40", document_class="12", read="yes", write="yes")
    old = [cell(**place, read="no", write="no"), others]
    new = [cell(**place, **{"read": "no", "write": "no", right: "yes"}), others]
    (told,) = changes(Matrix(old), Matrix(new), [*old, *new])
    expected = cell(**place)
    names = ("profession", "qualifier", "document_class", "document_type")
    assert [getattr(told, name) for name in names] == [expected[name] for name in names]
    assert (told.right, told.before, told.after) == (right, "no", "yes")


def test_a_special_cell_that_goes_leaves_what_the_general_one_says() -> None:
    special = cell(qualifier="SM26", document_type="SYNTH", read="yes")
    found = list(changes(Matrix([GENERAL, special]), Matrix([GENERAL]), [GENERAL, special]))
    assert [(c.qualifier, c.document_type, c.before, c.after) for c in found] == [
        ("SM26", "SYNTH", "yes", "no")
    ]


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (cell(sourced=True), cell(sourced=False, document_type="SYNTH", qualifier="SM26")),
        (cell(document_type="SYNTH"), cell(qualifier="SM26")),
        (cell(qualifier="SM26"), cell()),
        (cell(), cell(document_class=ANY)),
    ],
    ids=["sourced", "type", "specialty", "class"],
)
def test_the_nearer_cell_answers_whatever_their_order(stronger: Any, weaker: Any) -> None:
    """A sourced cell first, then what names the type, the specialty, the class."""
    yes, no = stronger | {"read": "yes"}, weaker | {"read": "no"}
    for matrix in (Matrix([yes, no]), Matrix([no, yes])):
        assert matrix.read("10", ["SM26"], "11", "SYNTH") == "yes"


@pytest.mark.parametrize("strict", ["no", "partial"])
def test_of_two_cells_of_one_place_the_stricter_answers_whatever_their_order(strict: str) -> None:
    """A digest says nothing of their order: loaded again in another one, the same matrix would
    decide otherwise."""
    yes, other = cell(read="yes"), cell(read=strict)
    of_both = cell(qualifier="SM26", read="yes"), cell(qualifier="G", read=strict)
    for matrix in (Matrix([yes, other]), Matrix([other, yes])):
        assert matrix.read("10", [], "11", "SYNTH") == strict
    for matrix in (Matrix(of_both), Matrix(of_both[::-1])):
        assert matrix.read("10", ["SM26", "G"], "11", "SYNTH") == strict


def test_a_cell_speaks_of_nobody_and_nothing_else() -> None:
    matrix = Matrix([cell(qualifier="SM26", document_type="SYNTH", read="yes")])
    assert matrix.read("10", ["SM26"], "11", "SYNTH") == "yes"
    for profession, qualifiers, class_, type_ in [
        ("21", ["SM26"], "11", "SYNTH"),
        ("10", ["SM27"], "11", "SYNTH"),
        ("10", [], "11", "SYNTH"),
        ("10", ["SM26"], "12", "SYNTH"),
        ("10", ["SM26"], "11", "OTHER"),
    ]:
        assert matrix.read(profession, qualifiers, class_, type_) == "none"
    assert matrix.write("10", ["SM26"], "11", "SYNTH") == "none"


def test_a_digest_is_of_the_cells_in_any_order() -> None:
    one, other = cell(), cell(qualifier="SM26")
    assert digest_of([one, other]) == digest_of([other, one])
    assert digest_of([one]) != digest_of([one, other])
    assert digest_of([one]) != digest_of([one | {"read": "yes"}])


def test_a_name_is_given_to_one_matrix_only() -> None:
    """An auditor who reads a name must find the rules that were in force under it."""
    operator = Actor(kind=ActorKind.OPERATOR, id="op")
    at = datetime(2026, 11, 22, tzinfo=UTC)
    register = MatrixRegister.open(b"secret", by=operator)
    first = register.load("2026", [cell()], at=at, by=operator)
    assert register.load("2026", [cell()], at=at, by=operator) == first, (
        "told again, it is the same"
    )
    with pytest.raises(MatrixAlreadyLoaded):
        register.load("2026", [cell(read="yes")], at=at, by=operator)
    assert register.current == first
