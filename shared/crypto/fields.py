"""Sealed values of a read model: names, titles, free text, and codes that bear health."""

import json
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from shared.crypto.base64_text import from_base64, to_base64
from shared.crypto.event_cipher import Opener, RowIdentity, seal_in
from shared.crypto.keys import Key, Keys
from shared.crypto.sealing import Nonces, NotAuthentic, one_nonce

NO_ROW = UUID(int=0)
_NOWHERE = RowIdentity("field", NO_ROW, 0, "").to_bytes()


def seal_field(key: Key, place: str, value: Any, fresh: Nonces = one_nonce) -> str:
    """One JSON value as text. ``place`` (view, field, and document where rows must not be
    swapped) is needed to open it again.
    """
    sealed = seal_in(key, _NOWHERE + place.encode(), to_json(value), fresh)
    return to_base64(sealed)


def open_field(keys: Keys, place: str, text: str) -> Any:
    """Raise ``NotAuthentic``, ``KeyErased`` or ``KeyUnavailable``."""
    return Fields(keys).open(place, text)


class Fields:
    """Opens many sealed values for one answer: each key is asked for once."""

    def __init__(self, keys: Keys) -> None:
        self._states = Opener(keys)

    def open(self, place: str, text: str) -> Any:
        """As :func:`open_field`."""
        try:
            sealed = from_base64(text)
        except ValueError:
            raise NotAuthentic("not in the form of a sealed value") from None
        return json.loads(self._states.open(_NOWHERE + place.encode(), sealed))
