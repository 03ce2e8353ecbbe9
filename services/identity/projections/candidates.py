"""Read model: people by birth date; the date as a keyed token, the traits sealed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from services.identity.domain import life_events as life
from services.identity.domain import whose_events as whose
from services.identity.domain.erasure import Erasure
from services.identity.domain.likeness import (
    LIKELY,
    Described,
    Likeness,
    dates_to_look_for,
    likeness,
)
from services.identity.domain.traits import Traits
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import KeyErased, Keys
from shared.crypto.tokens import keyed_token
from shared.stores.documents import Delete, Documents, In, Json, Put, Write

PAGE = 200


class Candidates:
    NAME = "candidates"
    VERSION = 1
    INDEXES = ("born",)

    def __init__(self, keys: Keys, secret: Callable[[], bytes]) -> None:
        self._keys = keys
        self._secret = secret

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case life.Created() | whose.TraitsCorrected():
                return self._described(event.record_id, event.traits)
            case Erasure.Completed():
                return [Delete(str(event.erased))]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Delete(str(record_id))]

    def _described(self, record_id: UUID, traits: dict[str, Any]) -> Sequence[Write]:
        try:
            key = self._keys.current(record_id)
        except KeyErased:
            return [Delete(str(record_id))]
        document = {
            "born": _token(self._secret(), traits["birth_date"]),
            "traits": seal_field(key, _place(str(record_id)), traits),
        }
        return [Put(str(record_id), document)]


class PeopleByBirth:
    """The query on it: reads the people of one day, a page at a time."""

    def __init__(self, documents: Documents, keys: Keys, secret: Callable[[], bytes]) -> None:
        self._documents = documents
        self._keys = keys
        self._secret = secret

    def like(self, wanted: Described, limit: int) -> list[tuple[UUID, Likeness]]:
        likely: list[tuple[UUID, Likeness]] = []
        for row in self._born_on(dates_to_look_for(wanted.birth_date)):
            with suppress(KeyErased):
                traits = open_field(self._keys, _place(row["id"]), row["traits"])
                found = likeness(wanted, Traits.from_event(traits))
                if found.score >= LIKELY:
                    likely.append((UUID(row["id"]), found))
        return sorted(likely, key=lambda one: -one[1].score)[:limit]

    def _born_on(self, dates: Sequence[str]) -> Iterator[Json]:
        tokens = [_token(self._secret(), date) for date in dates]
        after: str | None = None
        while True:
            page = self._documents.find(In("born", tokens), limit=PAGE, after=after)
            self._keys.prefetch({UUID(row["id"]) for row in page.items})
            yield from page.items
            after = page.next_cursor
            if after is None:
                return


def _token(secret: bytes, birth_date: str) -> str:
    return keyed_token(secret, "birth date", birth_date)


def _place(record_id: str) -> str:
    return f"{Candidates.NAME}.traits.{record_id}"
