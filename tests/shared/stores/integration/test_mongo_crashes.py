"""MongoDB has no transactions here: what a crash between two writes leaves, a replay repairs."""

from collections.abc import Iterator

import pymongo
import pytest

from shared.stores.documents import At, Delete, Patch, Put, Write
from shared.stores.mongo_documents import MongoDocuments, mongo_store
from shared.stores.mongo_schema import Store


@pytest.fixture
def store(mongodb_uri: str) -> Iterator[Store]:
    name = pymongo.MongoClient(mongodb_uri, connect=False).get_default_database().name
    store = mongo_store(mongodb_uri, name)
    yield store
    store.client.close()


def at(position: int) -> At:
    return At(source="log", epoch="e1", previous=position - 1, position=position)


def test_a_replay_after_a_crash_never_goes_back(store: Store) -> None:
    """
    The documents were written, the checkpoint was not: an older put neither undoes a later
    patch nor brings back what was deleted.
    """
    view = MongoDocuments(store, "things", 1, ())
    events: list[list[Write]] = [
        [Put("a", {"n": 1}), Put("b", {"n": 1})],
        [Patch("a", {"n": 2})],
        [Delete("b")],
    ]
    for number, writes in enumerate(events, 1):
        view.apply(writes, at(number))
    store["positions"].delete_many({})

    view.apply(events[0], at(1))
    assert view.find().items == [{"id": "a", "n": 2}]
    view.apply(events[1], at(2))
    view.apply(events[2], at(3))

    assert view.find().items == [{"id": "a", "n": 2}]
