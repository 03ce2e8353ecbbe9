"""A publisher that says anything: its messages are linked and sealed as they must be, and what is
sealed in them is whatever it was given."""

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from scripts.schemas.documents import messages_of, of_message
from shared.crypto.local_keys import LocalTransportKeys
from shared.crypto.transport import seal_message
from shared.eventing.codec import clear_part
from shared.eventing.messages import Envelope, Head, Pulled
from tests.fuzz.drawing import drawn, tries
from tests.fuzz.shaped import Shape

DAYS = LocalTransportKeys(b"d" * 32)
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
EPOCH = "e1"
KNOWN = [str(UUID(int=number)) for number in range(1, 6)]
"""What valid messages are about, and name: so that one meets what another led to."""


class Publisher:
    def __init__(self, said: Sequence[Envelope] = ()) -> None:
        self.said = [*said]
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
        sealed = seal_message(json.dumps(data).encode(), DAYS.key(AT.date()), clear_part(clear))
        self.said.append(clear.model_copy(update={"data": base64.b64encode(sealed).decode()}))
        return self.said[-1]

    @property
    def head(self) -> Head:
        last = self.said[-1] if self.said else None
        return Head(
            epoch=EPOCH,
            position=last.position if last else 0,
            digest=last.digest if last else "",
        )

    def pull(self, after: int, limit: int) -> Mapping[str, Any]:
        """What its RPC ``events`` answers."""
        return Pulled(
            epoch=EPOCH,
            head=self.head,
            after=self.said[after - 1].digest if after else None,
            envelopes=self.said[after : after + limit],
        ).model_dump(mode="json")


def said_by(service: str) -> Publisher:
    """Of each of its messages some that its schema allows, about a few records, and as many that
    are spoiled, about any; in no order that life would have."""
    return Publisher(_said_by(service))


@cache
def _said_by(service: str) -> Sequence[Envelope]:
    times, spoken = tries(1), list[tuple[str, int, Any]]()
    for kind in messages_of(service):
        [document] = of_message(kind).values()
        valid = Shape(document, st.sampled_from(KNOWN)).valid()
        said = (*drawn(valid, times), *drawn(Shape(document).spoiled(), times))
        spoken += [(kind.TYPE, kind.VERSION, one) for one in said]
    Random(12).shuffle(spoken)
    publisher = Publisher()
    for type_, version, said in spoken:
        publisher.say(type_, version, said)
    return publisher.said


def _record(data: Any) -> UUID | None:
    """In the clear header too, where the data names one."""
    with suppress(TypeError, ValueError, AttributeError, KeyError):
        return UUID(data["record_id"])
    return None
