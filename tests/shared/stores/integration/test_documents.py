"""One contract, two stores: what a read model promises on SQLite and on MongoDB."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pymongo
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kernel.errors import InvalidRequest, StaleRead
from shared.stores.documents import (
    At,
    Delete,
    Documents,
    Eq,
    Filter,
    Has,
    In,
    OutOfPlace,
    Patch,
    Purge,
    Put,
    Range,
    Sort,
)
from shared.stores.mongo_documents import MongoDocuments, mongo_store
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store

Opener = Callable[..., Documents]
EPOCH = "e1"


@pytest.fixture(params=["sqlite", "mongodb"])
def open_view(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens a view, by version, each time as another process would."""
    indexes = ("record_id,day", "kind", "tags")
    if request.param == "sqlite":
        file = tmp_path / "views.db"
        yield lambda version=1: SqliteDocuments(sqlite_store(file), "things", version, indexes)
        return
    uri = request.getfixturevalue("mongodb_uri")
    store = mongo_store(uri, pymongo.MongoClient(uri, connect=False).get_default_database().name)
    yield lambda version=1: MongoDocuments(store, "things", version, indexes)
    store.client.close()


@pytest.fixture
def view(open_view: Opener) -> Documents:
    return open_view()


def at(position: int, previous: int | None = None, source: str = "log", epoch: str = EPOCH) -> At:
    before = position - 1 if previous is None else previous
    return At(source=source, epoch=epoch, previous=before, position=position)


def fill(view: Documents, **docs: dict[str, Any]) -> None:
    view.apply([Put(name, doc) for name, doc in docs.items()], at(1))


def ids(view: Documents, *where: Filter, **how: Any) -> list[str]:
    return [item["id"] for item in view.find(*where, **how).items]


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


@pytest.mark.parametrize("case", CASES, ids=str)
def test_filters_find_what_they_say(view: Documents, case: Case) -> None:
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

    assert ids(view, *case.where) == list(case.expected)
    assert view.count(*case.where) == len(case.expected)


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


@pytest.mark.parametrize("name", ["a.b", "$where", "x') OR 1=1 --", "id", ""])
def test_a_field_is_a_name_and_nothing_else(view: Documents, name: str) -> None:
    """
    What a caller may influence never becomes part of a query's language.
    """
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


ROWS = st.lists(
    st.fixed_dictionaries(
        {"n": st.none() | st.integers(0, 3), "t": st.none() | st.text("abé", max_size=2)}
    ),
    max_size=12,
)  # fmt: skip


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=ROWS, down_n=st.booleans(), down_t=st.booleans(), size=st.integers(1, 5))
def test_pages_together_are_the_whole_sorted_list(
    open_view: Opener, rows: list[dict[str, Any]], down_n: bool, down_t: bool, size: int
) -> None:
    """
    Whatever the order, ties and missing values: nothing is shown twice, nothing is left out.
    """
    view = open_view().rebuild()
    view.apply([Put(f"{number:02}", row) for number, row in enumerate(rows)], at(1))
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


@pytest.mark.parametrize("cursor", ["", "zz", "bm9wZQ==", "W1tdLFtdLDFd", "W10=", "é"])
def test_a_cursor_of_something_else_is_refused(view: Documents, cursor: str) -> None:
    """
    A cursor comes from a caller: garbage is the caller's fault, named by field.
    """
    if not cursor:
        fill(view, a={"n": 1}, b={"n": 2})
        cursor = view.find(sort=[Sort("n")], limit=1).next_cursor or ""

    with pytest.raises(InvalidRequest) as refused:
        view.find(sort=[Sort("other")], after=cursor)
    assert refused.value.fields == {"cursor": "unknown"}


def test_a_position_is_applied_once(view: Documents) -> None:
    """
    A redelivery, or a replay after a crash, changes nothing.
    """
    fill(view, a={"n": 1})
    view.apply([Patch("a", {"n": 2})], at(2))

    view.apply([Put("a", {"n": 99})], at(1))
    view.apply([Patch("a", {"n": 99})], at(2))

    assert view.get("a") == {"id": "a", "n": 2}
    assert view.position("log") == at(2)
    assert view.position("other") is None


def test_a_gap_is_refused_and_changes_nothing(view: Documents) -> None:
    """
    A lost message is noticed by the one after it.
    """
    fill(view, a={"n": 1})

    with pytest.raises(OutOfPlace):
        view.apply([Put("a", {"n": 3})], at(3))
    with pytest.raises(OutOfPlace):
        view.apply([Put("a", {"n": 1})], at(1, epoch="another"))

    assert view.get("a") == {"id": "a", "n": 1}
    assert view.position("log") == at(1)


def test_positions_need_not_be_neighbours_nor_of_one_log(view: Documents) -> None:
    """
    PostgreSQL leaves gaps, and a journal is built from many logs.
    """
    view.apply([Put("a", {"n": 1})], at(5, previous=0))
    view.apply([Put("a", {"n": 2})], at(9, previous=5))
    view.apply([Patch("a", {"n": 3})], at(1, source="other"))

    assert view.get("a") == {"id": "a", "n": 3}
    assert (view.position("log"), view.position("other")) == (
        at(9, previous=5),
        at(1, source="other"),
    )


def test_writes_of_one_event_apply_in_order(view: Documents) -> None:
    """
    A purge takes what was put before it, and not what is put after.
    """
    view.apply(
        [
            Put("a", {"kind": "x"}),
            Put("b", {"kind": "x"}),
            Delete("b"),
            Purge([Eq("kind", "x")]),
            Patch("a", {"kind": "y"}),
            Put("c", {"kind": "x"}),
            Patch("c", {"kind": "z"}),
        ],
        at(1),
    )

    assert view.find().items == [{"id": "c", "kind": "z"}]


def test_a_purge_takes_one_record_and_leaves_the_others(view: Documents) -> None:
    """
    Erasure: every row of the record, no row of another; never everything at once.
    """
    fill(view, a={"record_id": "r1"}, b={"record_id": "r2"}, c={"record_id": "r1"})

    view.apply([Purge([Eq("record_id", "r1")])], at(2))

    assert view.find().items == [{"id": "b", "record_id": "r2"}]
    with pytest.raises(ValueError, match="purge without a filter"):
        view.apply([Purge([])], at(3))


def test_a_batch_is_the_same_as_its_events_one_by_one(view: Documents) -> None:
    """
    A rebuild may hurry; events of the batch that were applied before are passed over.
    """
    fill(view, a={"n": 1})

    view.apply_all(
        [
            ([Put("a", {"n": 99})], at(1)),
            ([Patch("a", {"n": 2}), Put("b", {"n": 2})], at(2)),
            ([], at(3)),
            ([Patch("a", {"n": 4})], at(4)),
        ]
    )

    assert view.find().items == [{"id": "a", "n": 4}, {"id": "b", "n": 2}]
    assert view.position("log") == at(4)


def test_amending_fills_in_what_was_passed_over(view: Documents) -> None:
    """
    A parked message, retried: it changes what nothing later has changed, and moves nobody.
    """
    fill(view, a={"n": 1}, b={"n": 1}, c={"n": 1})
    view.apply([], at(2))
    view.apply([Put("b", {"n": 3}), Delete("c")], at(3))

    view.amend([Patch("a", {"n": 2}), Put("b", {"n": 2}), Put("c", {"n": 2})], at(2))

    assert view.find().items == [{"id": "a", "n": 2}, {"id": "b", "n": 3}]
    assert view.position("log") == at(3)


def test_a_new_generation_is_built_beside_and_switched(view: Documents, open_view: Opener) -> None:
    """
    Readers of every process see the old one whole, then the new one whole.
    """
    fill(view, a={"n": 1})
    new = view.rebuild()
    assert new.position("log") is None

    new.apply([Put("b", {"n": 2})], at(1))
    assert ids(open_view()) == ["a"]
    view.switch(new)

    assert ids(open_view()) == ["b"]
    assert ids(view) == ["b"]
    assert view.position("log") == at(1)


def test_an_interrupted_rebuild_starts_again_from_nothing(view: Documents) -> None:
    """
    What a crash left half built is not taken for whole.
    """
    fill(view, a={"n": 1})
    view.rebuild().apply([Put("half", {"n": 1})], at(1))

    again = view.rebuild()

    assert again.count() == 0
    assert again.position("log") is None


def test_a_new_version_serves_only_once_it_is_built(open_view: Opener) -> None:
    """
    Code of another version never reads documents of a shape it does not know.
    """
    old = open_view(1)
    fill(old, a={"n": 1})
    new = open_view(2)
    assert not new.is_live()
    with pytest.raises(StaleRead):
        new.get("a")

    built = new.rebuild()
    built.apply([Put("a", {"number": 1})], at(1))
    assert old.get("a") == {"id": "a", "n": 1}
    new.switch(built)

    assert new.is_live()
    assert new.get("a") == {"id": "a", "number": 1}
    with pytest.raises(StaleRead):
        old.get("a")


def test_racing_projectors_leave_what_one_would_have(open_view: Opener) -> None:
    """
    A projector that was fenced off still works: nothing is doubled, nothing goes back.
    """
    events = [([Put("a", {"n": n}), Put(f"e{n:02}", {"n": n})], at(n)) for n in range(1, 31)]

    def project() -> None:
        view = open_view()
        for writes, place in events:
            reached = view.position("log")
            if reached is None or reached.position < place.position:
                try:
                    view.apply(writes, place)
                except OutOfPlace:
                    return  # another one leads: what a projector does is to stop

    threads = [Thread(target=project) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    project()

    view = open_view()
    assert view.get("a") == {"id": "a", "n": 30}
    assert view.count() == 31
    assert view.position("log") == at(30)
