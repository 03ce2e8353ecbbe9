"""Opens a read model where the settings say."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Protocol

from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError
from shared.stores.documents import Documents
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from shared.stores.sqlite_transactions import Store


class Shape(Protocol):
    """What a projection says of its documents, as a class or as an object.

    ``VERSION`` is raised when their shape changes. ``INDEXES``: each a field, several joined by
    commas, or ``field[]`` where the field holds a list that is searched by its values.
    """

    NAME: str
    VERSION: int

    @property
    def INDEXES(self) -> Sequence[str]: ...  # noqa: N802 - a constant where it is given


def open_documents(settings: CommonSettings, service: str, shape: Shape) -> Documents:
    """The read model on MongoDB if there is one, else in a SQLite file of the service."""
    kept = shape.NAME, shape.VERSION, shape.INDEXES
    if settings.mongodb_uri:
        return _on_mongodb(settings.mongodb_uri, service)(*kept)
    if not settings.data_dir:
        raise SettingsError("CARNET_DATA_DIR or CARNET_MONGODB_URI must be set")
    file = str(settings.data_dir / f"{service}.views.db")
    return SqliteDocuments(_sqlite(file), *kept)


@cache
def _on_mongodb(uri: str, service: str) -> Callable[[str, int, Sequence[str]], Documents]:
    """One client, with its pool of connections, per process. Each service has its database."""
    # Here, since pymongo weighs 6 MB in a process that has its views on SQLite.
    from shared.stores.mongo_documents import MongoDocuments, store_of  # noqa: PLC0415 - as above

    return partial(MongoDocuments, store_of(uri, service))


@cache
def _sqlite(file: str) -> Store:
    return sqlite_store(Path(file))
