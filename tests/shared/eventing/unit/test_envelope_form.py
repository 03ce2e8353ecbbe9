"""An envelope as documented: services of two versions run side by side while one is upgraded."""

import base64
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from shared.crypto.keys import Key
from shared.eventing.codec import Malformed, encode, encode_void, open_envelope, parse_delivery
from shared.eventing.messages import Envelope, MessageData

RECORD, STREAM = UUID(int=3), UUID(int=9)
SECRET, NONCE = b"k" * 32, b"twelve bytes"
LATE = datetime.fromisoformat("2026-11-22T00:30:00+01:00")
"""The 21st in UTC: whose day's key it is sealed under."""
CLEAR = {
    "type": "notes.note_written",
    "version": 2,
    "key": f"{STREAM}.4",
    "epoch": "e1",
    "position": 7,
    "digest": "ab",
    "previous": 5,
    "previous_digest": "cd",
    "occurred_at": "2026-11-21T23:30:00.000Z",
    "record": str(RECORD),
}
BOUND = b"transport|" + json.dumps(CLEAR, sort_keys=True, separators=(",", ":")).encode()
DATA = {"by": {}, "record_id": str(RECORD), "secret": False, "text": "é"}


class NoteWritten(MessageData):
    TYPE = "notes.note_written"
    VERSION = 2
    text: str


class Keys:
    def __init__(self) -> None:
        self.days: list[date] = []

    def key(self, day: date) -> Key:
        self.days.append(day)
        return Key(UUID(int=0), 1, SECRET)


def header() -> dict[str, object]:
    members = ("key", "epoch", "position", "digest", "previous", "previous_digest")
    return {name: CLEAR[name] for name in members} | {"occurred_at": LATE}


def test_what_is_sent_is_the_clear_members_and_the_data_sealed_with_them() -> None:
    keys = Keys()
    made = encode(
        NoteWritten(record_id=RECORD, text="é"), service="notes", header=header(), keys=keys
    )
    sealed = base64.b64decode(made.data, validate=True)
    assert made.model_dump(mode="json", exclude={"data"}) == CLEAR
    assert json.loads(AESGCM(SECRET).decrypt(sealed[:12], sealed[12:], BOUND)) == DATA
    assert keys.days == [date(2026, 11, 21)]


def test_what_another_wrote_by_the_same_description_opens() -> None:
    sealed = NONCE + AESGCM(SECRET).encrypt(NONCE, json.dumps(DATA).encode(), BOUND)
    keys = Keys()
    envelope = Envelope.model_validate(CLEAR | {"data": base64.b64encode(sealed).decode()})
    got = open_envelope(envelope, "notes", keys)
    assert got.data == DATA
    assert (got.publisher, got.type, got.version, got.key) == (
        "notes", "notes.note_written", 2, f"{STREAM}.4"
    )  # fmt: skip
    assert (got.epoch, got.position, got.record, got.occurred_at) == (
        "e1", 7, RECORD, LATE.astimezone(UTC)
    )  # fmt: skip
    assert keys.days == [date(2026, 11, 21)]


def test_a_message_is_held_by_its_record_else_by_its_stream() -> None:
    """What is parked keeps the order of these."""
    of_record = Envelope.model_validate(CLEAR | {"data": ""})
    assert of_record.held_by == RECORD
    assert of_record.model_copy(update={"record": None}).held_by == STREAM


def test_only_an_envelope_without_data_is_void() -> None:
    void = encode_void(service="notes", record=RECORD, header=header())
    assert (void.type, void.version, void.record, void.is_void) == (
        "notes.void", 1, RECORD, True
    )  # fmt: skip
    assert not void.model_copy(update={"data": "x"}).is_void


@pytest.mark.parametrize(
    "changed", [{"occurred_at": None}, {"type": "others.note_written"}, {"data": "not base64"}]
)
def test_a_header_that_does_not_fit_does_not_open(changed: dict[str, object]) -> None:
    sealed = NONCE + AESGCM(SECRET).encrypt(NONCE, json.dumps(DATA).encode(), BOUND)
    whole = CLEAR | {"data": base64.b64encode(sealed).decode()}
    with pytest.raises(Malformed):
        open_envelope(Envelope.model_validate(whole | changed), "notes", Keys())


@pytest.mark.parametrize("key", ["-" * 36 + ".1", f"{STREAM}", f"{STREAM}.x", "x.1"])
def test_a_key_that_names_no_stream_is_no_envelope(key: str) -> None:
    """Who parks it keeps the order of its stream, and must find one."""
    whole = json.dumps({"envelopes": [CLEAR | {"data": "", "key": key}]}).encode()
    with pytest.raises(Malformed):
        parse_delivery("note_written", whole)


def test_what_was_received_cannot_be_changed_by_who_handles_it() -> None:
    """Handlers share it; the header it was opened with stays what it was."""
    envelope = Envelope.model_validate(CLEAR | {"data": ""})
    with pytest.raises(ValidationError):
        envelope.position = 8  # type: ignore[misc]  # the point of it
    with pytest.raises(ValidationError):
        NoteWritten(text="a").text = "b"  # type: ignore[misc]  # the point of it
