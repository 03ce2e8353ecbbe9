"""From a message to its envelope and back: checked, linked, sealed for the way."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import groupby, islice
from json.encoder import encode_basestring_ascii as _text
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from shared.crypto.base64_text import from_base64, to_base64
from shared.crypto.keys import Key
from shared.crypto.sealing import NotAuthentic
from shared.crypto.transport import open_message, seal_message
from shared.eventing.messages import Envelope, Head, LeafBatch, MessageData, Run, Wire
from shared.eventing.received import Received
from shared.kernel.clock import instant
from shared.kernel.needs_operator import NeedsOperator

VOID = "void"
LONGEST_RUN = 50
"""Messages published as one: a reader holds a hundred of those that came."""

W = TypeVar("W", bound=Wire)


class TransportKeys(Protocol):
    """The keys that messages are sealed under on their way, one for each day (UTC).

    Raises ``KeyUnavailable`` when the keyring is out of reach: stop and retry.
    """

    def key(self, day: date) -> Key: ...


class Malformed(Exception):
    """Bytes that are not one of our messages; the reason never repeats what they hold."""


class NotPublishable(NeedsOperator):
    """A message that does not fit its own schema; the relay stops rather than publish it."""


def encode(
    message: MessageData, *, service: str, header: dict[str, Any], keys: TransportKeys
) -> Envelope:
    """``header``: key, epoch, position, digest, previous, previous_digest and occurred_at.

    What is about to be sealed is read back through the message's own schema first.
    """
    plain = message.model_dump_json(warnings=False).encode()  # a warning would print a value
    try:
        type(message).model_validate_json(plain)
    except ValidationError as error:
        places = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
        raise NotPublishable(f"{message.TYPE} v{message.VERSION}: {', '.join(places)}") from None
    if not message.TYPE.startswith(f"{service}."):
        raise NotPublishable(f"{message.TYPE} is not a message of {service}")
    clear = Envelope(
        type=message.TYPE, version=message.VERSION, record=message.record_id, data="", **header
    )
    key = keys.key(_day(header["occurred_at"]))
    sealed = seal_message(plain, key, clear_part(clear))
    return clear.model_copy(update={"data": to_base64(sealed)})


def encode_void(*, service: str, record: UUID | None, header: dict[str, Any]) -> Envelope:
    """Stands for a listed row with nothing to tell, so that no position is missing."""
    return Envelope(type=f"{service}.{VOID}", version=1, record=record, data="", **header)


def open_envelope(envelope: Envelope, publisher: str, keys: TransportKeys) -> Received:
    """Raise :class:`Malformed` if the data was not sealed with this very header."""
    if envelope.occurred_at is None or not envelope.type.startswith(f"{publisher}."):
        raise Malformed("the header does not fit a message of this publisher")
    key = keys.key(_day(envelope.occurred_at))
    try:
        sealed = from_base64(envelope.data)
        data = from_json(open_message(sealed, key, clear_part(envelope)), cache_strings="keys")
    except (ValueError, NotAuthentic):
        raise Malformed("the data does not open with this header") from None
    return Received(
        publisher=publisher,
        type=envelope.type,
        version=envelope.version,
        key=envelope.key,
        epoch=envelope.epoch,
        position=envelope.position,
        occurred_at=envelope.occurred_at,
        record=envelope.record,
        data=data,
    )


def runs_of(envelopes: Iterable[Envelope], causes: Mapping[int, str]) -> Iterator[Run]:
    """Messages that follow each other, as they are published; ``causes``: traces by position."""
    for _, alike in groupby(envelopes, key=lambda envelope: envelope.type):
        while part := [*islice(alike, LONGEST_RUN)]:
            known = {e.position: causes[e.position] for e in part if e.position in causes}
            yield Run(envelopes=part, causes=known)


def parse_delivery(routing_key: str, body: bytes) -> Run | Head:
    """What a delivery from ``<service>.events`` holds; :class:`Malformed` if neither."""
    return _parse(Head, body) if routing_key == "head" else _parse(Run, body)


def parse_leaves(body: bytes) -> LeafBatch:
    return _parse(LeafBatch, body)


def _parse(kind: type[W], body: bytes) -> W:
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        raise Malformed("not one of our messages") from None


def clear_part(envelope: Envelope) -> bytes:
    """Authenticated with the data: a header moved to other data does not open it. All members but
    the data, as canonical JSON: by name, nothing between them, ASCII."""
    moment, record = envelope.occurred_at, envelope.record
    return (
        f'{{"digest":{_text(envelope.digest)},"epoch":{_text(envelope.epoch)}'
        f',"key":{_text(envelope.key)},"occurred_at":{_text(instant(moment)) if moment else "null"}'
        f',"position":{envelope.position},"previous":{envelope.previous}'
        f',"previous_digest":{_text(envelope.previous_digest)}'
        f',"record":{_text(str(record)) if record else "null"}'
        f',"type":{_text(envelope.type)},"version":{envelope.version}}}'
    ).encode()


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
