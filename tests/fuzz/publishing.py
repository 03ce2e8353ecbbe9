"""A publisher that says anything: its messages are linked and sealed as they must be, and what is
sealed in them is whatever it was given."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from shared.crypto.local_keys import LocalTransportKeys
from shared.crypto.transport import seal_message
from shared.eventing.codec import _clear_part
from shared.eventing.messages import Envelope, Head, Pulled

DAYS = LocalTransportKeys(b"d" * 32)
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
EPOCH = "e1"


class Publisher:
    def __init__(self) -> None:
        self.said: list[Envelope] = []
        self._streams = count(1)

    def say(self, type_: str, version: int, data: Any) -> Envelope:
        """``data``: JSON, in no way checked."""
        last = self.said[-1] if self.said else None
        clear = Envelope(
            type=type_,
            version=version,
            key=f"{UUID(int=next(self._streams))}.1",
            epoch=EPOCH,
            position=last.position + 1 if last else 1,
            digest=f"{len(self.said):064x}",
            previous=last.position if last else 0,
            previous_digest=last.digest if last else "",
            occurred_at=AT,
            record=_record(data),
            data="",
        )
        sealed = seal_message(json.dumps(data).encode(), DAYS.key(AT.date()), _clear_part(clear))
        self.said.append(clear.model_copy(update={"data": base64.b64encode(sealed).decode()}))
        return self.said[-1]

    def pull(self, after: int, limit: int) -> Mapping[str, Any]:
        """What its RPC ``events`` answers."""
        last = self.said[-1]
        return Pulled(
            epoch=EPOCH,
            head=Head(epoch=EPOCH, position=last.position, digest=last.digest),
            after=self.said[after - 1].digest if after else None,
            envelopes=self.said[after : after + limit],
        ).model_dump(mode="json")


def _record(data: Any) -> UUID | None:
    """In the clear header too, where the data names one."""
    with suppress(TypeError, ValueError, AttributeError, KeyError):
        return UUID(data["record_id"])
    return None
