"""What a read model needs in MongoDB, against what is there: nothing is written where they differ.

MongoDB makes a collection at the first write to it, so one that was lost would come back empty
and be believed; what was written once is told by the positions beside.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from shared.stores.documents import fields_of
from shared.stores.schema import WrongSchema, differs, lost

Store = Database[dict[str, Any]]
Keys = Sequence[tuple[str, int]]
FORBIDDEN = ("unique", "sparse", "partialFilterExpression", "expireAfterSeconds", "collation")
"""Options of an index: with them it refuses documents, leaves some out, or removes them."""
OTHER = ("capped", "validator", "collation", "expireAfterSeconds")
"""Options of a collection that keeps other documents than those it is given, or orders them
otherwise."""


def keys_of(index: str) -> Keys:
    """``index``: as read models name theirs."""
    return [(f"d.{field}", ASCENDING) for field in fields_of(index)]


def refuse_if_wrong(store: Store, view: str, version: int, indexes: Sequence[str]) -> None:
    """Raise ``WrongSchema`` if what serves ``view`` is not as this version needs it. What serves
    in another version is built anew and not looked at."""
    while True:
        serving = store["views"].find_one({"_id": view})
        try:
            _look(store, view, version, indexes, serving)
        except WrongSchema:
            if store["views"].find_one({"_id": view}) == serving:
                raise  # else another process has begun it, or switched, while we looked
        else:
            return


def _look(
    store: Store, view: str, version: int, indexes: Sequence[str], serving: Any | None
) -> None:
    if serving is None:
        ours = {"generation": {"$regex": rf"^{re.escape(view)}_v\d+_g\d+$"}}
        if store["positions"].find_one(ours):
            raise lost([f"{view} in views"])
        return
    generation = serving.get("generation")
    if not isinstance(serving.get("version"), int) or not isinstance(generation, int):
        raise differs([f"views lacks the version or the generation of {view}"])
    if serving["version"] == version:
        _compare(store, f"{view}_v{version}_g{generation}", indexes)


def _compare(store: Store, name: str, indexes: Sequence[str]) -> None:
    found = next(iter(store.list_collections(filter={"name": name})), None)
    is_written = store["positions"].find_one({"generation": name}) is not None
    if found is None:
        if is_written:
            raise lost([name])
        return
    wrong = [*_wrong_collection(name, found)]
    if not wrong:
        there = store[name].index_information()
        wrong = [*_wrong_indexes(name, indexes, there, is_written=is_written)]
    if wrong:
        raise differs(wrong)


def _wrong_collection(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    if found.get("type", "collection") != "collection":
        yield f"{name} is a {found['type']}"
    options = found.get("options") or {}
    yield from (f"{name} has {option}" for option in OTHER if options.get(option))


def _wrong_indexes(
    name: str, indexes: Sequence[str], there: Mapping[str, Mapping[str, Any]], *, is_written: bool
) -> Iterator[str]:
    """One that is missing is made while nothing has been written. Others that an operator has
    added are left alone, unless they refuse or remove what is written."""
    needed = {_named(keys): list(keys) for keys in map(keys_of, indexes)}
    for index, keys in needed.items():
        if index not in there:
            if is_written:
                yield f"{name} lacks {index}"
        elif [*map(tuple, there[index]["key"])] != keys:
            yield f"{name} has another {index}"
    for index, how in there.items():
        options = [option for option in FORBIDDEN if option in how and how[option] is not False]
        if index != "_id_" and (index in needed or {"unique", "expireAfterSeconds"} & {*options}):
            yield from (f"{name} has {option} on {index}" for option in options)


def _named(keys: Keys) -> str:
    """As MongoDB names an index that nobody names."""
    return "_".join(f"{field}_{order}" for field, order in keys)
