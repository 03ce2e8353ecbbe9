"""Seals the journal's lines under the key of their record."""

from typing import Any
from uuid import UUID

from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import Keys
from shared.crypto.tokens import keyed_token


class RecordSealing:
    """``secret``: of this service's tokens."""

    def __init__(self, keys: Keys, secret: bytes) -> None:
        self._keys = keys
        self._secret = secret

    def seal(self, record_id: UUID | None, place: str, value: Any) -> str:
        return seal_field(self._keys.current(record_id), f"journal|{record_id}|{place}", value)

    def open(self, record_id: UUID | None, place: str, text: str) -> Any:
        return open_field(self._keys, f"journal|{record_id}|{place}", text)

    def token(self, label: str, value: str) -> str:
        return keyed_token(self._secret, label, value)
