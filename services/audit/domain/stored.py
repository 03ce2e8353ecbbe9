"""A row of a service's event store, and the digest the log holds of it."""

import json
from hashlib import sha256
from json.encoder import encode_basestring
from typing import NamedTuple


class StoredRow(NamedTuple):
    """As it lies in the store. ``epoch``: that of its position. ``originator_id``: a UUID."""

    service: str
    epoch: str
    position: int
    originator_id: str
    originator_version: int
    topic: str
    state: bytes

    def digest(self) -> bytes:
        """SHA-256 of the clear header as canonical JSON, a zero byte, and the sealed state.

        Written here again, not shared with the services that made it: an auditor's own sum. The
        members are in the order of their names; one sum per event of the nation is why no
        encoder is built for it.
        """
        header = (
            f'{{"epoch":{_json(self.epoch)},"originator_id":{_json(self.originator_id)},'
            f'"originator_version":{_json(self.originator_version)},"position":{self.position},'
            f'"service":{_json(self.service)},"topic":{_json(self.topic)}}}'
        )
        return sha256(header.encode() + b"\0" + self.state).digest()


def _json(value: object) -> str:
    """Also of what someone who writes into a store may have put in place of a text or number."""
    if type(value) is str:
        return encode_basestring(value)
    return str(value) if type(value) is int else json.dumps(value)
