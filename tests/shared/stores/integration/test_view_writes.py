"""What is written to a read model: once, in order, and rebuilt beside what serves."""

import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kernel.errors import StaleRead
from shared.stores import sqlite_writes
from shared.stores.documents import (
    Delete,
    Documents,
    Eq,
    Has,
    OutOfPlace,
    Patch,
    Purge,
    Put,
    Write,
)
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from shared.stores.sqlite_transactions import Store, immediate
from tests.shared.stores.views import Opener, at, fill, ids


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
    view.apply_all([])

    assert view.find().items == [{"id": "a", "n": 4}, {"id": "b", "n": 2}]
    assert view.position("log") == at(4)


IDS = st.sampled_from("abc")
KINDS = st.sampled_from("xy")
WRITES: st.SearchStrategy[Write] = st.one_of(
    st.builds(Put, IDS, st.fixed_dictionaries({"kind": KINDS, "n": st.integers(0, 9)})),
    st.builds(Patch, IDS, st.fixed_dictionaries({"kind": KINDS})),
    st.builds(Delete, IDS),
    st.builds(lambda kind: Purge([Eq("kind", kind)]), KINDS),
)
EVENTS = st.lists(st.lists(WRITES, max_size=4), min_size=1, max_size=8)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_any_batch_is_the_same_as_its_writes_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: list[list[Write]]
) -> None:
    """
    Whatever goes together, and in whatever order: put, changed, deleted and purged. On SQLite,
    which puts many at once.
    """
    monkeypatch.setattr(sqlite_writes, "SIZES", (3, 2, 1))
    store = sqlite_store(tmp_path / "views.db")
    together, one_by_one = (
        SqliteDocuments(store, name, 1, ["kind"]).rebuild() for name in ("together", "one_by_one")
    )

    together.apply_all([(writes, at(n)) for n, writes in enumerate(events, 1)])
    for n, writes in enumerate(events, 1):
        one_by_one.apply(writes, at(n))

    assert together.position("log") == one_by_one.position("log")
    assert _table(store, "together") == _table(store, "one_by_one")


def _table(store: Store, view: str) -> list[tuple[Any, ...]]:
    """Stamps too: what came late must find them the same. A generation made again and again has
    one name."""
    with immediate(store) as sql:
        rows = sql(f"SELECT id, doc, stamps FROM {view}_v1_g2 ORDER BY id")  # noqa: S608 - ours
    return [(id_, doc and json.loads(doc), json.loads(stamps)) for id_, doc, stamps in rows]


@pytest.mark.parametrize("count", [1, 49, 50, 51, 500, 549, 1051])
def test_as_many_documents_are_there_as_were_put(view: Documents, count: int) -> None:
    """
    Each once, with what it held, however many go together.
    """
    docs = {f"d{n:04}": {"n": n, "tags": [f"t{n % 7}"]} for n in range(count)}

    view.apply_all([([Put(id_, doc)], at(n)) for n, (id_, doc) in enumerate(docs.items(), 1)])

    assert {item.pop("id"): item for item in view.find(limit=2000).items} == docs
    assert view.count(Has("tags", "t3")) == len([n for n in range(count) if n % 7 == 3])


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
