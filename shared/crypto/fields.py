"""Sealed values of a read model: names, titles, free text, and codes that bear health."""

import base64
import json
from typing import Any
from uuid import UUID

from shared.crypto.event_cipher import RowIdentity, open_state, seal_state
from shared.crypto.keys import Key, Keys

NO_ROW = UUID(int=0)


def seal_field(key: Key, place: str, value: Any) -> str:
    """One JSON value as text. ``place`` (view, field, and document where rows must not be
    swapped) is needed to open it again.
    """
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(seal_state(key, _row(place), plain)).decode()


def open_field(keys: Keys, place: str, text: str) -> Any:
    """Raise ``NotAuthentic``, ``KeyErased`` or ``KeyUnavailable``."""
    return json.loads(open_state(keys, _row(place), base64.b64decode(text)))


def _row(place: str) -> RowIdentity:
    return RowIdentity("field", NO_ROW, 0, place)
