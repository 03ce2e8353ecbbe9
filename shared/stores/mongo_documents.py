"""Read models in MongoDB: no transactions, so stamps on documents and the checkpoint last.

A document is stored as ``{_id, d: {...}, at: {source: stamp}}``; without ``d`` it is the
tombstone of one deleted. Every write is guarded by the stamp, so a projector that was fenced
off, or a replay after a crash, cannot put back an older state. Only what MongoDB and
compatible engines share is used.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pymongo import ASCENDING, DESCENDING, MongoClient
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, DuplicateKeyError, NotPrimaryError, PyMongoError
from pymongo.uri_parser import parse_uri

from shared.kernel.errors import StaleRead, Unavailable
from shared.stores.documents import (
    At,
    Cursor,
    Delete,
    Documents,
    Eq,
    Filter,
    Has,
    In,
    Json,
    OutOfPlace,
    Page,
    Patch,
    Purge,
    Put,
    Range,
    Scalar,
    Sort,
    Write,
    checked,
    is_next,
    names,
    page,
    stamp,
    where_all,
)
from shared.stores.mongo_schema import Store, keys_of, refuse_if_wrong

T = TypeVar("T")
Query = dict[str, Any]

SERVER_SELECTION_TIMEOUT = 5_000
"""Milliseconds to look for a server before the read models are ``unavailable``."""
SOCKET_TIMEOUT = 10_000
"""Milliseconds one operation may take."""


def mongo_store(uri: str, name: str) -> Store:
    """The database of a service. To be called in the process that uses it, after any fork."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        uri,
        serverSelectionTimeoutMS=SERVER_SELECTION_TIMEOUT,
        socketTimeoutMS=SOCKET_TIMEOUT,
        w="majority",
    )
    return client[name]


def store_of(uri: str, service: str) -> Store:
    """``<family>_<service>``; the family is the database that the address names."""
    return mongo_store(uri, f"{parse_uri(uri)['database'] or 'carnet'}_{service}")


class MongoDocuments:
    """``generation`` is set for one that is being rebuilt; else the live one is looked up."""

    def __init__(
        self,
        store: Store,
        view: str,
        version: int,
        indexes: Sequence[str],
        generation: int | None = None,
    ) -> None:
        self._store = store
        self._view = view
        self._version = version
        self._indexes = indexes
        self._generation = generation
        with _reachable():
            if generation is None:
                refuse_if_wrong(store, view, version, indexes)
            try:
                first = {"_id": view, "version": version, "generation": 1}
                store["views"].insert_one(first)
            except DuplicateKeyError:
                pass
            if self._live() == (version, 1):
                self._create_indexes(self._name(1))

    def get(self, id: str) -> Json | None:  # noqa: A002 - the word of the port
        found = self._read(lambda c: c.find_one({"_id": id, "d": {"$exists": True}}))
        return _item(found) if found else None

    def find(
        self,
        *where: Filter,
        sort: Sequence[Sort] = (),
        limit: int = 50,
        after: str | None = None,
    ) -> Page:
        parts = [_query(f) for f in where_all(where)]
        if after:
            parts.append(_beyond(Cursor.from_text(after, sort), sort))
        order = [(f"d.{s.field}", DESCENDING if s.descending else ASCENDING) for s in sort]
        found = self._read(
            lambda c: list(c.find(_all(parts)).sort([*order, ("_id", ASCENDING)]).limit(limit + 1))
        )
        return page([_item(document) for document in found], sort, limit)

    def count(self, *where: Filter) -> int:
        query = _all([_query(f) for f in where_all(where)])
        return self._read(lambda c: c.count_documents(query))

    def get_all(self, ids: Sequence[str]) -> list[Json]:
        query = {"_id": {"$in": list(ids)}, "d": {"$exists": True}}
        return [_item(document) for document in self._read(lambda c: list(c.find(query)))]

    def columns(self, fields: Sequence[str], *where: Filter) -> list[tuple[Any, ...]]:
        query = _all([_query(f) for f in where_all(where)])
        wanted = names(fields)
        shown = {f"d.{name}": 1 for name in wanted}
        found = self._read(lambda c: list(c.find(query, shown or {"_id": 1})))
        return [(row["_id"], *(row.get("d", {}).get(name) for name in wanted)) for row in found]

    def apply(self, writes: Sequence[Write], at: At) -> None:
        self.apply_all([(writes, at)])

    def apply_all(self, batch: Sequence[tuple[Sequence[Write], At]]) -> None:
        with _reachable():
            name = self._target()
            first = last = self._position(name, batch[0][1].source) if batch else None
            for writes, at in batch:
                if is_next(last, at):
                    _write_all(self._store[name], writes, at)
                    last = at
            if last and last != first:
                self._check_in(name, first, last)

    def amend(self, writes: Sequence[Write], at: At) -> None:
        with _reachable():
            _write_all(self._store[self._target()], writes, at)

    def position(self, source: str) -> At | None:
        with _reachable():
            return self._position(self._target(), source)

    def is_live(self) -> bool:
        with _reachable():
            return self._live()[0] == self._version

    def rebuild(self) -> Documents:
        with _reachable():
            version, live = self._live()
            generation = live + 1 if version == self._version else 1
            self._drop(self._name(generation))
            self._create_indexes(self._name(generation))
        return MongoDocuments(self._store, self._view, self._version, self._indexes, generation)

    def switch(self, to: Documents) -> None:
        if not isinstance(to, MongoDocuments) or to._generation is None:
            raise ValueError("only a generation made by rebuild() can be switched to")
        with _reachable():
            former = f"{self._view}_v{{}}_g{{}}".format(*self._live())
            live = {"version": to._version, "generation": to._generation}
            self._store["views"].update_one({"_id": self._view}, {"$set": live})
            self._drop(former)

    def _read(self, query: Callable[[Collection[dict[str, Any]]], T]) -> T:
        """A generation dropped while it was read looks empty: so look again if it moved."""
        with _reachable():
            while True:
                name = self._target()
                found = query(self._store[name])
                if name == self._target():
                    return found

    def _target(self) -> str:
        if self._generation is not None:
            return self._name(self._generation)
        version, generation = self._live()
        if version != self._version:
            raise StaleRead(f"{self._view} is being rebuilt")
        return self._name(generation)

    def _live(self) -> tuple[int, int]:
        live = self._store["views"].find_one({"_id": self._view}) or {}
        return live["version"], live["generation"]

    def _name(self, generation: int) -> str:
        return f"{self._view}_v{self._version}_g{generation}"

    def _create_indexes(self, name: str) -> None:
        for index in self._indexes:
            self._store[name].create_index(keys_of(index))

    def _drop(self, name: str) -> None:
        self._store.drop_collection(name)
        self._store["positions"].delete_many({"generation": name})

    def _position(self, name: str, source: str) -> At | None:
        found = self._store["positions"].find_one({"_id": f"{name}:{source}"})
        if not found:
            return None
        return At(
            source=source,
            epoch=found["epoch"],
            previous=found["previous"],
            position=found["position"],
        )

    def _check_in(self, name: str, before: At | None, reached: At) -> None:
        """Compare-and-set: of two projectors only one moves on."""
        key = f"{name}:{reached.source}"
        place = {
            "generation": name,
            "epoch": reached.epoch,
            "previous": reached.previous,
            "position": reached.position,
        }
        positions = self._store["positions"]
        try:
            if before is None:
                positions.insert_one({"_id": key, **place})
                return
            expected = {"_id": key, "epoch": before.epoch, "position": before.position}
            if positions.update_one(expected, {"$set": place}).matched_count == 1:
                return
        except DuplicateKeyError:
            pass
        raise OutOfPlace(f"another projector has moved {key} on")


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (AutoReconnect, NotPrimaryError) as error:
        raise Unavailable("the read models are out of reach") from error
    except PyMongoError as error:
        if error.timeout:
            raise Unavailable("the read models are out of reach") from error
        raise


def _item(document: dict[str, Any]) -> Json:
    item: Json = document["d"]
    return item | {"id": document["_id"]}


def _write_all(collection: Collection[dict[str, Any]], writes: Sequence[Write], at: At) -> None:
    for index, write in enumerate(checked(writes)):
        _write(collection, write, f"at.{at.source}", stamp(at, index))


def _write(collection: Collection[dict[str, Any]], write: Write, stamped: str, number: int) -> None:
    older: Query = {stamped: {"$not": {"$gte": number}}}
    there: Query = {"d": {"$exists": True}, **older}
    try:
        match write:
            case Put(id_, doc):
                change = {"$set": {"d": dict(doc), stamped: number}}
                collection.update_one({"_id": id_, **older}, change, upsert=True)
            case Patch(id_, fields):
                changed = {f"d.{name}": value for name, value in fields.items()}
                collection.update_one({"_id": id_, **there}, {"$set": changed | {stamped: number}})
            case Delete(id_):
                gone = {"$set": {stamped: number}, "$unset": {"d": ""}}
                collection.update_one({"_id": id_, **older}, gone, upsert=True)
            case Purge(where):
                gone = {"$set": {stamped: number}, "$unset": {"d": ""}}
                collection.update_many(_all([_query(f) for f in where_all(where)] + [there]), gone)
    except DuplicateKeyError:
        pass  # the document is there with a later stamp: this was applied, or overtaken


def _all(parts: Sequence[Query]) -> Query:
    return {"$and": [{"d": {"$exists": True}}, *parts]}


def _query(item: Filter) -> Query:
    field = f"d.{item.field}"
    match item:
        case Eq(_, value):
            return {field: {"$eq": value}}
        case In(_, values):
            return {field: {"$in": list(values)}}
        case Has(_, value):
            return {field: {"$elemMatch": {"$eq": value}}}
        case Range(_, ge, lt):
            bounds = {"$gte": ge, "$lt": lt}
            given = {name: bound for name, bound in bounds.items() if bound is not None}
            return {field: given or {"$ne": None}}


def _beyond(cursor: Cursor, sort: Sequence[Sort]) -> Query:
    """Strictly after the cursor in the order of the sort, then of the id. That nothing comes before
    its first value is said once more, alone: see :func:`shared.stores.sqlite_clauses.beyond`."""
    query: Query = {"_id": {"$gt": cursor.id}}
    for order, value in reversed(list(zip(sort, cursor.values, strict=True))):
        same = {f"d.{order.field}": {"$eq": value}}
        query = {"$or": [*_further(order, value), {"$and": [same, query]}]}
    if sort and not sort[0].descending and cursor.values[0] is not None:
        return _all([{f"d.{sort[0].field}": {"$gte": cursor.values[0]}}, query])
    return query


def _further(order: Sort, value: Scalar) -> list[Query]:
    field = f"d.{order.field}"
    if value is None:
        return [] if order.descending else [{field: {"$ne": None}}]
    if order.descending:
        return [{field: {"$lt": value}}, {field: {"$eq": None}}]
    return [{field: {"$gt": value}}]
