"""What a row of the list says of its document: sealed, and as marks of what documents share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from services.vault.domain import document_events as events
from services.vault.domain.lines import last_day
from services.vault.domain.metadata import Kind, Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.texts import text_of
from shared.crypto.fields import seal_field
from shared.crypto.keys import SERVICE_KEY_ID, Keys
from shared.crypto.sealing import nonces
from shared.crypto.tokens import token_with

VIEW = "documents"
SEALED = 5
"""Fields of a row that are sealed, each at most once for one event."""


class Marks:
    """Keyed tokens of what documents share: of one record alone, so that equal ones of two
    records do not look alike."""

    def __init__(self, keys: Keys, record_id: UUID | str) -> None:
        self._mac = keys.exact(SERVICE_KEY_ID, 1).mac
        self._record = str(record_id)

    def type(self, code: str) -> str:
        return self._mark("document type", code)

    def kind(self, kind: Kind) -> str:
        return self._mark("document kind", _said(kind, _KIND))

    def origin(self, origin: Origin) -> str:
        return self._mark("document origin", _said(origin, _ORIGIN))

    def visibility(self, codes: Iterable[str]) -> str:
        return self._mark("document visibility", sorted(codes))

    def _mark(self, label: str, value: Any) -> str:
        return token_with(self._mac, label, f"{self._record}.{to_json(value).decode()}")


class DocumentRow:
    """Fields for what one event says; keys are asked for once."""

    def __init__(self, keys: Keys, event: events.DocumentEvent) -> None:
        self.id = str(event.originator_id)
        self.record_id = str(event.record_id)
        self._key = keys.current(event.record_id)
        self._marks = Marks(keys, self.record_id)
        self._fresh = nonces(SEALED)

    def kept(self, content: Mapping[str, Any]) -> dict[str, Any]:
        said = {"media_type": content["media_type"], "size": content["size"]}
        return {"kept": self._sealed("kept", said)}

    def said(self, said: Metadata, stored: Any) -> dict[str, Any]:
        day = said.service_day
        return {
            "service_start": said.service_start,
            "service_day": day,
            "last_day": last_day(day),
            "type": self._marks.type(said.type),
            "kind_mark": self._marks.kind(said.kind),
            "metadata": self._sealed("metadata", stored),
            "text": self._sealed("text", text_of(said)),
        }

    def origin(self, origin: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "origin_mark": self._marks.origin(origin_of(origin)),
            "origin": self._sealed("origin", origin),
        }

    def visibility(self, codes: Sequence[str], told: Sequence[str]) -> dict[str, Any]:
        """``told``: to those who put it in."""
        return {
            "visibility_mark": self._marks.visibility(codes),
            "visibility": self._sealed("visibility", {"codes": codes, "told": told}),
        }

    def _sealed(self, field: str, value: Any) -> str:
        return seal_field(self._key, place(self.id, field), value, self._fresh)


def origin_of(stored: Mapping[str, Any]) -> Origin:
    return Origin(
        professionals=tuple(stored["professionals"]),
        structures=tuple(stored["structures"]),
        person=stored["person"],
        depositors=tuple(stored.get("depositors", ())),
    )


def visibility_of(stored: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes, and those that are told to who put it in."""
    return tuple(stored["codes"]), tuple(stored["told"])


def place(document_id: str, field: str) -> str:
    """Binds a sealed value to its row, so that rows cannot be swapped."""
    return f"{VIEW}.{field}.{document_id}"


def _said(value: Kind | Origin, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


_KIND = sorted(field.name for field in fields(Kind))
_ORIGIN = sorted({field.name for field in fields(Origin)} - {"depositors"})
"""Access is not asked by who put it in."""
