"""A row of a service's event store, and the digest the log holds of it."""

import json
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, kw_only=True)
class StoredRow:
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

        Written here again, not shared with the services that made it: an auditor's own sum.
        """
        header = {
            "epoch": self.epoch,
            "originator_id": self.originator_id,
            "originator_version": self.originator_version,
            "position": self.position,
            "service": self.service,
            "topic": self.topic,
        }
        canonical = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(canonical.encode() + b"\0" + self.state).digest()
