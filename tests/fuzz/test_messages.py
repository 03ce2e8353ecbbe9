"""Messages made from their published schemas, good ones and spoiled ones, as services read them."""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from pydantic import BaseModel, ValidationError

from scripts.cli.processes import SERVICES
from scripts.schemas.documents import messages_of, of_message, schema
from shared.eventing.codec import Malformed, encode, open_envelope, parse_delivery, parse_leaves
from shared.eventing.messages import Head, LeafBatch, MessageData, Run
from tests.fuzz.drawing import drawn, tries
from tests.fuzz.publishing import AT, DAYS, Publisher
from tests.fuzz.shaped import Shape

TRIES = tries(1)
KINDS: dict[type[BaseModel], Callable[[bytes], object]] = {
    Run: lambda body: parse_delivery("said", body),
    Head: lambda body: parse_delivery("head", body),
    LeafBatch: parse_leaves,
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_in_the_clear_is_read_or_dropped(kind: type[BaseModel]) -> None:
    """A header that its schema allows is read; any other is none of our messages."""
    shape = Shape(schema(kind, kind.__name__, mode="serialization"))
    for said in (*drawn(shape.valid(), 10 * TRIES), *drawn(shape.spoiled(), 10 * TRIES)):
        with suppress(Malformed):
            read = KINDS[kind](json.dumps(said).encode())
            assert isinstance(read, kind)
            for envelope in read.envelopes if isinstance(read, Run) else ():
                open_envelope(envelope, envelope.type.partition(".")[0], DAYS)
                pytest.fail("nobody sealed it")


@pytest.mark.parametrize("service", SERVICES)
def test_what_was_sealed_is_what_is_read(service: str) -> None:
    """Of every message: each that its own rules take goes round unchanged."""
    for kind in messages_of(service):
        [document] = of_message(kind).values()
        for said in drawn(Shape(document).valid(), TRIES):
            with suppress(ValidationError):
                goes_round(kind.model_validate_json(json.dumps(said)), service)


def goes_round(message: MessageData, service: str) -> None:
    clear = Publisher().say(message.TYPE, message.VERSION, {})
    header = clear.model_dump(exclude={"type", "version", "record", "data"}) | {"occurred_at": AT}
    sent = encode(message, service=service, header=header, keys=DAYS)
    read = parse_delivery(message.TYPE, Run(envelopes=[sent]).model_dump_json().encode())
    assert isinstance(read, Run)
    received = open_envelope(read.envelopes[0], service, DAYS)
    assert type(message).model_validate(received.data) == message
    assert (received.type, received.version) == (message.TYPE, message.VERSION)
