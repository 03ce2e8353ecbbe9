"""One contract, two stores: what a read model promises on SQLite and on MongoDB."""

import base64
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kernel.errors import InvalidRequest
from shared.stores.documents import (
    Delete,
    Documents,
    Eq,
    Filter,
    Has,
    In,
    Patch,
    Purge,
    Put,
    Range,
    Sort,
)
from tests.shared.stores.views import at, fill, ids


def test_a_document_comes_back_as_it_was_put(view: Documents) -> None:
    """
    Nested values, accents, empty lists and None survive; the id is added.
    """
    doc = {"title": "Compte rendu d'été", "codes": [], "by": {"kind": "patient"}, "n": 3, "x": None}
    fill(view, a=doc)

    assert view.get("a") == doc | {"id": "a"}
    assert view.get("b") is None


def test_what_a_put_leaves_out_is_gone(view: Documents) -> None:
    """
    A put replaces the whole document: no field of the former one shines through.
    """
    fill(view, a={"kind": "x", "secret": "s"})

    view.apply([Put("a", {"kind": "y"})], at(2))

    assert view.get("a") == {"id": "a", "kind": "y"}


def test_a_patch_changes_its_fields_only_and_never_makes_a_document(view: Documents) -> None:
    """
    An event about something deleted, or never listed, must not list half of it.
    """
    fill(view, a={"kind": "x", "n": 1})

    view.apply([Patch("a", {"n": 2}), Patch("ghost", {"n": 2})], at(2))

    assert view.get("a") == {"id": "a", "kind": "x", "n": 2}
    assert view.get("ghost") is None
    assert view.count() == 1


@dataclass(frozen=True)
class Case:
    where: tuple[Filter, ...]
    expected: str


CASES = [
    Case((), "abcd"),
    Case((Eq("kind", "x"),), "ab"),
    Case((Eq("kind", "x"), Eq("n", 2)), "b"),
    Case((Eq("hidden", True),), "b"),
    Case((Eq("hidden", False),), "a"),
    Case((Eq("n", True),), ""),  # 1 is a number
    Case((Eq("kind", None),), "d"),
    Case((In("n", [1, 3]),), "ac"),
    Case((In("n", []),), ""),
    Case((Range("day", ge="2026-01-02"),), "bc"),
    Case((Range("day", lt="2026-01-02"),), "a"),
    Case((Range("day", ge="2026-01-02", lt="2026-01-03"),), "b"),
    Case((Range("n", ge=2),), "bcd"),
    Case((Has("tags", "red"),), "ac"),
    Case((Has("tags", "re"),), ""),
    Case((Has("tags", "red"), Has("tags", "blue")), "a"),
    Case((Has("marks", 1),), "bd"),  # a list that is not indexed
    Case((Has("tags", "red"), Has("marks", 1)), ""),
]


def test_filters_find_what_they_say(view: Documents) -> None:
    """
    Both stores agree on every filter, missing fields and empty lists included.
    """
    fill(
        view,
        a={"kind": "x", "n": 1, "day": "2026-01-01", "tags": ["red", "blue"], "hidden": False},
        b={"kind": "x", "n": 2, "day": "2026-01-02", "tags": [], "hidden": True, "marks": [1]},
        c={"kind": "y", "n": 3, "day": "2026-01-03", "tags": ["red"]},
        d={"n": 4, "marks": [2, 1]},
    )

    found = [(c.where, "".join(ids(view, *c.where)), view.count(*c.where)) for c in CASES]

    assert found == [(c.where, c.expected, len(c.expected)) for c in CASES]


def test_columns_are_the_ids_and_fields_of_all_that_fit(view: Documents) -> None:
    """
    What a document does not have is None; one that was deleted has no line.
    """
    fill(view, a={"kind": "x", "n": 1}, b={"kind": "x"}, c={"kind": "y", "n": 3}, d={"kind": "x"})
    view.apply([Delete("d")], at(2))

    assert sorted(view.columns(["n", "kind"], Eq("kind", "x"))) == [("a", 1, "x"), ("b", None, "x")]
    assert sorted(view.columns([])) == [("a",), ("b",), ("c",)]
    with pytest.raises(ValueError, match="cannot name"):
        view.columns(["n') FROM x --"])


def test_several_are_read_at_once(view: Documents) -> None:
    """
    Those that are there, each once; what was deleted or never was is left out.
    """
    many = {f"x{number:04}": {"n": number} for number in range(510)}
    fill(view, **many)
    view.apply([Delete("x0007")], at(2))

    found = view.get_all([*many, "ghost"])

    assert {doc["id"]: doc["n"] for doc in found} == {
        name: doc["n"] for name, doc in many.items() if name != "x0007"
    }
    assert len(found) == len(many) - 1
    assert view.get_all([]) == []


def test_a_list_is_searched_as_it_is_now(view: Documents) -> None:
    """
    Whatever changes a document changes what its list is found by; so does what takes it away.
    """
    fill(view, a={"tags": ["red"]}, b={"tags": ["red"]}, c={"tags": ["red"]}, d={"tags": ["red"]})

    view.apply([Put("a", {"tags": ["blue", "blue"]}), Patch("b", {"tags": ["green"]})], at(2))
    view.apply([Delete("c"), Patch("d", {"kind": "x"})], at(3))
    view.apply([Purge((Has("tags", "green"),))], at(4))

    assert ids(view, Has("tags", "red")) == ["d"]
    assert ids(view, Has("tags", "blue")) == ["a"]
    assert view.count(Has("tags", "green")) == 0
    view.amend([Put("d", {"tags": ["late"]})], at(2, previous=1))
    assert ids(view, Has("tags", "red")) == ["d"]


def test_a_field_is_a_name_and_nothing_else(view: Documents) -> None:
    """
    What a caller may influence never becomes part of a query's language.
    """
    for name in ("a.b", "$where", "x') OR 1=1 --", "id", ""):
        with pytest.raises(ValueError, match="cannot name"):
            view.find(Eq(name, "x"))
        with pytest.raises(ValueError, match="cannot name"):
            view.apply([Put("a", {name: 1})], at(1))


def test_values_are_never_a_query(view: Documents) -> None:
    """
    A text with quotes or operators is only a text.
    """
    fill(view, a={"kind": "'; DROP TABLE x"}, b={"kind": "$ne"})

    assert ids(view, Eq("kind", "'; DROP TABLE x")) == ["a"]
    assert ids(view, Eq("kind", "$ne")) == ["b"]


MOST_ROWS = 12
ROWS = st.lists(
    st.fixed_dictionaries(
        {"n": st.none() | st.integers(0, 3), "t": st.none() | st.text("abé", max_size=2)}
    ),
    max_size=MOST_ROWS,
)  # fmt: skip


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=ROWS, down_n=st.booleans(), down_t=st.booleans(), size=st.integers(1, 5))
def test_pages_together_are_the_whole_sorted_list(
    view: Documents, rows: list[dict[str, Any]], down_n: bool, down_t: bool, size: int
) -> None:
    """
    Whatever the order, ties and missing values: nothing is shown twice, nothing is left out.
    """
    before = view.position("log")
    reached = before.position if before else 0
    view.apply([Delete(f"{number:02}") for number in range(MOST_ROWS)], at(reached + 1))
    view.apply([Put(f"{number:02}", row) for number, row in enumerate(rows)], at(reached + 2))
    sort = [Sort("n", down_n), Sort("t", down_t)]

    seen, cursor = [], None
    while True:
        found = view.find(sort=sort, limit=size, after=cursor)
        seen += found.items
        assert len(found.items) <= size
        cursor = found.next_cursor
        if cursor is None:
            break

    expected = [row | {"id": f"{number:02}"} for number, row in enumerate(rows)]
    expected.sort(key=lambda item: (item["t"] is not None, item["t"] or ""), reverse=down_t)
    expected.sort(key=lambda item: (item["n"] is not None, item["n"] or 0), reverse=down_n)
    assert seen == expected  # Python's sort is stable: ties stay in the order of their ids


def test_a_page_is_stable_while_others_write(view: Documents) -> None:
    """
    What is added before the cursor moves nothing; what is added after it is shown.
    """
    fill(view, b={"n": 2}, d={"n": 4}, f={"n": 6})
    first = view.find(sort=[Sort("n")], limit=2)

    view.apply([Put("a", {"n": 1}), Put("e", {"n": 5}), Delete("b")], at(2))

    assert ids(view, sort=[Sort("n")], after=first.next_cursor) == ["e", "f"]


def test_a_cursor_of_something_else_is_refused(view: Documents) -> None:
    """
    A cursor comes from a caller: garbage is the caller's fault, named by field.
    """
    fill(view, a={"n": 1}, b={"n": 2})
    of_another_list = view.find(sort=[Sort("n")], limit=1).next_cursor or ""

    for cursor in (of_another_list, "zz", "bm9wZQ==", "W1tdLFtdLDFd", "W10=", "é"):
        with pytest.raises(InvalidRequest) as refused:
            view.find(sort=[Sort("other")], after=cursor)
        assert refused.value.fields == {"cursor": "unknown"}


MADE_UP = {
    "large": '[[["n", false]], [1000000000000000000000000], "a"]',
    "small": '[[["n", false]], [-9223372036854775809], "a"]',
    "no number": '[[["n", false]], [NaN], "a"]',
    "half a character": '[[["n", false]], ["\\ud800"], "a"]',
    "half an id": '[[["n", false]], [1], "\\ud800"]',
    "deep": "[" * 2_900,
}


def test_a_cursor_that_no_list_would_give_is_refused(view: Documents) -> None:
    """
    Of this very list by its form, and nothing that a store can look for: it is the caller's
    fault still, and neither our error nor a store out of reach.
    """
    for what, made_up in MADE_UP.items():
        cursor = base64.urlsafe_b64encode(made_up.encode()).decode()
        with pytest.raises(InvalidRequest) as refused:
            view.find(sort=[Sort("n")], after=cursor)
        assert refused.value.fields == {"cursor": "unknown"}, what
