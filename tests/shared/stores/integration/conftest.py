"""Read models on both stores."""

from collections.abc import Iterator
from pathlib import Path

import pymongo
import pytest

from shared.stores.documents import (
    Documents,
)
from shared.stores.mongo_documents import MongoDocuments, mongo_store
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.shared.stores.views import Opener


@pytest.fixture(params=["sqlite", "mongodb"])
def open_view(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens a view, by version, each time as another process would."""
    indexes = ("record_id,day", "kind", "tags[]")
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
