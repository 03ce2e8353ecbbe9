"""Read models on MongoDB that are not as this program needs them are refused, and left so."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.stores.documents import Eq, Put
from shared.stores.mongo_documents import MongoDocuments, store_of
from shared.stores.mongo_schema import Store
from shared.stores.schema import WrongSchema
from tests.shared.stores.views import at, ids

INDEXES = ("record_id,day", "tags")
NAME = "things_v1_g1"
BOTH = "d.record_id_1_d.day_1"


@pytest.fixture
def store(mongodb_uri: str) -> Iterator[Store]:
    made = store_of(mongodb_uri, "tests")
    yield made
    made.client.close()


def opened(store: Store, *indexes: str) -> MongoDocuments:
    return MongoDocuments(store, "things", 1, indexes or INDEXES)


def filled(store: Store) -> MongoDocuments:
    view = opened(store)
    view.apply([Put("a", {"record_id": "r", "day": "d", "tags": ["red"]})], at(1))
    return view


def held(store: Store) -> dict[str, Any]:
    """All that is in the database, and how it is indexed."""
    return {
        name: (list(store[name].find().sort("_id")), store[name].index_information())
        for name in sorted(store.list_collection_names())
    }


def another_index(store: Store) -> None:
    store[NAME].drop_index("d.tags_1")
    store[NAME].create_index([("d.kind", 1)], name="d.tags_1")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda store: store.drop_collection(NAME), f"schema_lost: {NAME} was made once"),
        pytest.param(
            lambda store: store.drop_collection("views"),
            "schema_lost: things in views was made",
            marks=pytest.mark.long,
        ),
        pytest.param(
            lambda store: store["views"].update_one({}, {"$unset": {"generation": ""}}),
            "schema_differs: views lacks the version or the generation of things",
            marks=pytest.mark.long,
        ),
        (lambda store: store[NAME].drop_index(BOTH), f"schema_differs: {NAME} lacks {BOTH}"),
        (another_index, f"schema_differs: {NAME} has another d.tags_1"),
        pytest.param(
            lambda store: store[NAME].create_index([("d.day", 1)], expireAfterSeconds=60),
            f"schema_differs: {NAME} has expireAfterSeconds on d.day_1",
            marks=pytest.mark.long,
        ),
        pytest.param(
            lambda store: store[NAME].create_index([("d.day", 1)], unique=True),
            f"schema_differs: {NAME} has unique on d.day_1",
            marks=pytest.mark.long,
        ),
    ],
    ids=["lost", "no-views", "no-generation", "no-index", "other-index", "expires", "unique"],
)
def test_a_wrong_read_model_is_refused_and_left_as_it_is(
    store: Store, change: Callable[[Store], Any], told: str
) -> None:
    """An empty list in the place of one that was lost would be believed."""
    filled(store)
    change(store)
    before = held(store)

    with pytest.raises(WrongSchema, match=told):
        opened(store)

    assert held(store) == before


@pytest.mark.long
def test_what_serves_in_another_version_is_built_anew(store: Store) -> None:
    """Whatever became of its indexes: nobody reads it any more."""
    filled(store)
    store[NAME].drop_index(BOTH)
    newer = MongoDocuments(store, "things", 2, INDEXES)
    fresh = newer.rebuild()
    fresh.apply([Put("b", {"record_id": "r"})], at(1))
    newer.switch(fresh)
    assert ids(MongoDocuments(store, "things", 2, INDEXES), Eq("record_id", "r")) == ["b"]


def test_what_an_interrupted_start_left_out_is_made(store: Store) -> None:
    """Nothing was written yet: there is nothing that it could hide."""
    opened(store)
    store[NAME].drop_index(BOTH)
    opened(store)
    assert BOTH in store[NAME].index_information()


@pytest.mark.long
def test_an_index_that_an_operator_added_is_left_alone(store: Store) -> None:
    """It makes a question fast, and changes no answer."""
    filled(store)
    store[NAME].create_index([("d.other", 1)])
    assert ids(opened(store), Eq("record_id", "r")) == ["a"]


@pytest.mark.long
def test_other_indexes_come_with_a_new_version(store: Store) -> None:
    """The one that serves was filled without them."""
    filled(store)
    with pytest.raises(WrongSchema, match=f"{NAME} lacks d.kind_1"):
        opened(store, *INDEXES, "kind")
