"""Run as a module where services are deployed: each read model, against one made anew.

Prints a JSON object: by ``service.view``, how many documents there are and the ids of those that
differ. Sealed fields are compared by what is sealed in them, which takes the services' keys.
"""

import base64
import importlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.cli.processes import SERVICES
from scripts.ops.parts import built
from shared.crypto import fields
from shared.crypto.event_cipher import Opener
from shared.crypto.keys import Key, Keys
from shared.crypto.sealing import Nonces
from shared.eventing.live_views import LiveViews
from shared.eventing.rebuild import Rebuild
from shared.eventing.view import View
from shared.stores.documents import Documents, Json
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.support.projecting import catch_up

PAGE = 500
Sealed = dict[str, tuple[bytes, bytes]]
"""Where it is sealed and what is in it, by the sealed text."""


def main() -> None:
    sealed: Sealed = {}
    _remember_what_is_sealed(sealed)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for service in SERVICES:
            for view, fresh, keys in _made_anew(service, Path(folder)):
                name = f"{service}.{view.projection.NAME}"
                found[name] = _compared(view.documents, fresh, sealed, keys)
    print(json.dumps(found))  # noqa: T201 - this is what it is for


def _remember_what_is_sealed(sealed: Sealed) -> None:
    names = vars(fields)  # where seal_field looks for it
    seal = names["seal_in"]

    def remembering(key: Key, place: bytes, plain: bytes, *fresh: Nonces) -> bytes:
        made: bytes = seal(key, place, plain, *fresh)
        sealed[base64.b64encode(made).decode()] = (place, plain)
        return made

    names["seal_in"] = remembering


def _made_anew(service: str, folder: Path) -> Iterator[tuple[View, Documents, Keys]]:
    with built(service, "project") as own:
        for view in own.views:
            fresh = _empty(folder, service, view)
            catch_up(own.log, View(view.projection, fresh))
            yield view, fresh, own.log.keys
    if not _follows(service):
        return
    with built(service, "follow") as following:
        for view in following.views:
            made = View(view.projection, _empty(folder, service, view))
            again = replace(following, views=[made])
            Rebuild(again, LiveViews([made], again.sources, again.log.places), made).run()
            yield view, made.documents, following.log.keys


def _follows(service: str) -> bool:
    return importlib.util.find_spec(f"services.{service}.entrypoints.follow") is not None


def _empty(folder: Path, service: str, view: View) -> SqliteDocuments:
    projection: Any = view.projection
    store = sqlite_store(folder / f"{service}.{projection.NAME}.db")
    return SqliteDocuments(store, projection.NAME, projection.VERSION, ())


def _compared(live: Documents, fresh: Documents, sealed: Sealed, keys: Keys) -> dict[str, Any]:
    here, there = _all(live), _all(fresh)
    differ = [
        id_
        for id_ in sorted(here.keys() | there.keys())
        if id_ not in here or id_ not in there or not _alike(here[id_], there[id_], sealed, keys)
    ]
    return {"documents": len(there), "differ": differ}


def _all(documents: Documents) -> dict[str, Json]:
    found: dict[str, Json] = {}
    after = None
    while True:
        page = documents.find(limit=PAGE, after=after)
        found |= {item["id"]: item for item in page.items}
        after = page.next_cursor
        if after is None:
            return found


def _alike(here: Any, there: Any, sealed: Sealed, keys: Keys) -> bool:
    if isinstance(there, dict) and isinstance(here, dict):
        return here.keys() == there.keys() and all(
            _alike(here[name], there[name], sealed, keys) for name in there
        )
    if isinstance(there, list) and isinstance(here, list):
        return len(here) == len(there) and all(
            _alike(one, other, sealed, keys) for one, other in zip(here, there, strict=True)
        )
    if isinstance(there, str) and there in sealed and isinstance(here, str):
        place, plain = sealed[there]
        return Opener(keys).open(place, base64.b64decode(here)) == plain
    return bool(here == there)


if __name__ == "__main__":
    main()
