"""Ids are random or keyed: never derived in clear from an INS, an RPPS or content."""

import hmac
from uuid import UUID


def derived_id(secret: bytes, *parts: str) -> UUID:
    """The same UUID for the same parts, for whoever holds ``secret``, and for nobody else.

    Length-prefixed, so that ``("ab", "c")`` and ``("a", "bc")`` differ. Version 8 of RFC 9562.
    """
    digest = hmac.new(secret, digestmod="sha256")
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(4, "big") + data)
    raw = bytearray(digest.digest()[:16])
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(raw))
