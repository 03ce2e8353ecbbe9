"""The keys of records and services, as seen by those who use them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from shared.crypto.tokens import mac_of
from shared.kernel.errors import Unavailable

SERVICE_KEY_ID = UUID(int=0)
"""Key id of what belongs to no record: sealed under the service's own key."""


@dataclass(frozen=True, repr=False)
class Key:
    """32 bytes derived for one record and one service. ``id`` is the record's id."""

    id: UUID
    version: int
    secret: bytes

    @cached_property
    def cipher(self) -> AESGCM:
        """Made once for all that is sealed under it, and gone with it."""
        return AESGCM(self.secret)

    @cached_property
    def mac(self) -> HMAC:
        """The same for all tokens made with it."""
        return mac_of(self.secret)

    @cached_property
    def name(self) -> bytes:
        """Id (16 bytes) and version (4, big-endian): what is sealed tells them in clear."""
        return self.id.bytes + self.version.to_bytes(4, "big")

    def __repr__(self) -> str:
        return "Key(...)"


class KeyErased(Exception):
    """A signed tombstone says that this record's keys were destroyed."""


class KeyUnavailable(Unavailable):
    """The key is unknown or out of reach: stop and retry, never treat as erased."""


class Keys(Protocol):
    """Where a service finds its keys; what it keeps in memory lives 60 seconds at most."""

    def current(self, record_id: UUID | None) -> Key:
        """The key for new data of a record, or of the service when ``None``.

        Raises :class:`KeyErased` or :class:`KeyUnavailable`.
        """
        ...

    def exact(self, key_id: UUID, version: int) -> Key:
        """The very key that sealed something; same errors."""
        ...

    def prefetch(self, key_ids: Collection[UUID]) -> None:
        """Whoever is about to read rows of these records has their keys fetched in one go.

        Never raises :class:`KeyErased`: that comes when the key is asked for.
        """
        ...


class TransportKeys(Protocol):
    def key(self, day: date) -> Key:
        """The key that messages of that day (UTC) are sealed under on their way.

        Raises :class:`KeyUnavailable`.
        """
        ...
