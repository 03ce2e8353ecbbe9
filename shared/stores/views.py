"""Opens a read model where the settings say."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from eventsourcing.sqlite import SQLiteDatastore
from pymongo.uri_parser import parse_uri

from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError
from shared.stores.documents import Documents
from shared.stores.mongo_documents import MongoDocuments, Store, mongo_store
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store


def open_documents(
    settings: CommonSettings, service: str, view: str, version: int, indexes: Sequence[str]
) -> Documents:
    """The view on MongoDB if there is one, else in a SQLite file of the service.

    ``indexes``: each a field, or several joined by commas. Raise the version when the shape of
    the documents changes.
    """
    if settings.mongodb_uri:
        return MongoDocuments(_mongo(settings.mongodb_uri, service), view, version, indexes)
    if not settings.data_dir:
        raise SettingsError("CARNET_DATA_DIR or CARNET_MONGODB_URI must be set")
    file = str(settings.data_dir / f"{service}.views.db")
    return SqliteDocuments(_sqlite(file), view, version, indexes)


@cache
def _mongo(uri: str, service: str) -> Store:
    """One client, with its pool of connections, per process. Each service has its database."""
    family = parse_uri(uri)["database"] or "carnet"
    return mongo_store(uri, f"{family}_{service}")


@cache
def _sqlite(file: str) -> SQLiteDatastore:
    return sqlite_store(Path(file))
