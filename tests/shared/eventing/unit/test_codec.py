"""What travels: sealed, bound to its header, checked before it leaves."""

import base64
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.keys import Key, KeyUnavailable
from shared.eventing.codec import (
    Malformed,
    NotPublishable,
    clear_part,
    encode,
    encode_void,
    open_envelope,
    parse_delivery,
    parse_leaves,
    runs_of,
)
from shared.eventing.messages import Envelope, Head, MessageData, Run
from shared.eventing.received import Received, upcast
from tests.shared.eventing.sample import BY, DayKeys, NoteWritten
from tests.support.damage import one_bit_off

RECORD, OTHER = UUID(int=1), UUID(int=2)
HEADER = {
    "key": f"{RECORD}.1",
    "epoch": "e0",
    "position": 9,
    "digest": "d9",
    "previous": 7,
    "previous_digest": "d7",
    "occurred_at": datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC),
}


def sealed(text: str = "an illness") -> Envelope:
    message = NoteWritten(record_id=RECORD, by=BY, text=text)
    return encode(message, service="notes", header=HEADER, keys=DayKeys())


def one() -> str:
    return Run(envelopes=[sealed()]).model_dump_json()


@given(st.text())
def test_what_is_sealed_opens_as_it_was(text: str) -> None:
    """Whatever a message holds, its reader gets just that."""
    received = open_envelope(sealed(text), "notes", DayKeys())
    assert received.data == {
        "record_id": str(RECORD),
        "by": BY,
        "secret": False,
        "text": text,
    }
    assert (received.record, received.position, received.type) == (
        RECORD,
        9,
        "notes.note_written",
    )


@pytest.mark.parametrize(
    ("member", "other"),
    [
        ("type", "notes.note_deleted"),
        ("version", 2),
        ("key", f"{OTHER}.1"),
        ("epoch", "e1"),
        ("position", 10),
        ("digest", "d10"),
        ("previous", 8),
        ("previous_digest", "d8"),
        ("occurred_at", datetime(2026, 11, 21, 23, 59, 58, tzinfo=UTC)),
        ("record", OTHER),
    ],
)
def test_no_header_opens_other_data(member: str, other: object) -> None:
    """Every clear member is authenticated: a header moved to other data is no message."""
    with pytest.raises(Malformed):
        open_envelope(sealed().model_copy(update={member: other}), "notes", DayKeys())


@given(
    st.builds(
        Envelope,
        key=st.uuids().map(lambda id_: f"{id_}.1"),
        occurred_at=st.none() | st.datetimes(timezones=st.timezones()),
    )
)
def test_the_bound_header_is_all_but_the_data_as_canonical_json(envelope: Envelope) -> None:
    """Whatever is in it: by name, nothing between, ASCII."""
    clear = envelope.model_dump(mode="json", exclude={"data"})
    canonical = json.dumps(clear, sort_keys=True, separators=(",", ":")).encode()

    assert clear_part(envelope) == canonical


def test_data_that_was_changed_does_not_open() -> None:
    """One bit is enough."""
    message = sealed()
    data = base64.b64encode(one_bit_off(base64.b64decode(message.data))).decode()
    changed = message.model_copy(update={"data": data})
    with pytest.raises(Malformed):
        open_envelope(changed, "notes", DayKeys())


@pytest.mark.parametrize("between", ["\n", " ", "-", "é"])
def test_there_is_one_way_to_write_the_data(between: str) -> None:
    """What others would read past is no message."""
    message = sealed()
    changed = message.model_copy(update={"data": message.data[:4] + between + message.data[4:]})
    with pytest.raises(Malformed):
        open_envelope(changed, "notes", DayKeys())


def test_the_day_of_the_event_chooses_the_key() -> None:
    """A key taken from the keyring for one day opens no other day."""
    asked: list[date] = []

    class Asked(DayKeys):
        def key(self, day: date) -> Key:
            asked.append(day)
            return super().key(day)

    open_envelope(sealed(), "notes", Asked())
    assert asked == [date(2026, 11, 21)]


def test_a_key_out_of_reach_is_not_a_malformed_message() -> None:
    """It must stop and retry: dropped, the message would be gone until somebody pulls."""

    class Away:
        def key(self, day: date) -> Key:
            raise KeyUnavailable

    with pytest.raises(KeyUnavailable):
        open_envelope(sealed(), "notes", Away())


def test_the_clear_part_says_neither_who_nor_what() -> None:
    """The broker's disks hold nothing readable."""
    wire = sealed().model_dump_json()
    for private in ("illness", "by", "secret", "text"):
        assert f'"{private}' not in wire
        assert private not in wire.replace(sealed().data, "") or private == "by"


def test_a_message_that_breaks_its_own_schema_is_not_published() -> None:
    """Our schema rejects our mistakes before anybody else has to."""
    broken = NoteWritten.model_construct(record_id=RECORD, by=BY, text=12)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(NotPublishable, match="text"):
        encode(broken, service="notes", header=HEADER, keys=DayKeys())


def test_a_message_of_another_service_is_not_published() -> None:
    """A service speaks in its own name alone."""

    class Foreign(MessageData):
        TYPE = "vault.document_opened"

    with pytest.raises(NotPublishable, match="not a message of notes"):
        encode(Foreign(), service="notes", header=HEADER, keys=DayKeys())


def test_a_message_in_another_services_name_does_not_open() -> None:
    """What came over the exchange of vault is by vault, whatever it says."""
    with pytest.raises(Malformed):
        open_envelope(sealed(), "vault", DayKeys())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b'{"type": "notes.note_written"}',
        sealed().model_dump_json().encode(),
        b'{"envelopes": []}',
        one().replace('"position":9', '"position":"x"').encode(),
        one().replace('"key":"', '"key":"x').encode(),
        one().replace("{", '{"name": "Ruth", ', 1).encode(),
        one().replace("[{", '[{"name": "Ruth", ').encode(),
        one().replace('"causes":{}', '"causes":{"9":5}').encode(),
        one().replace('"causes":{}', '"causes":{"x":"00-a-b-01"}').encode(),
    ],
    ids=range(15),  # what is sealed differs each time, and workers must agree on names
)
def test_bytes_that_are_no_message_are_malformed(body: bytes) -> None:
    """None of them raises anything that would stop or park."""
    for parse in (lambda: parse_delivery("note_written", body), lambda: parse_leaves(body)):
        with pytest.raises(Malformed):
            parse()


def test_a_run_and_a_head_survive_the_wire() -> None:
    """What the relay writes is what the follower reads."""
    head = Head(epoch="e0", position=9, digest="d9")
    assert parse_delivery("head", head.model_dump_json().encode()) == head
    run = Run(envelopes=[sealed(), sealed()], causes={9: "00-a-b-01"})
    assert parse_delivery("note_written", run.model_dump_json().encode()) == run


def test_messages_of_one_type_that_follow_each_other_travel_together() -> None:
    """Who binds to a name gets those alone; in order, and never more than fifty in one."""
    types = ["n.a"] * 51 + ["n.b"] + ["n.a"] * 2
    said = [
        sealed().model_copy(update={"type": type_, "position": position})
        for position, type_ in enumerate(types)
    ]
    runs = [*runs_of(said, {0: "first", 50: "last", 52: "other"})]
    assert [[e.position for e in run.envelopes] for run in runs] == [
        [*range(50)], [50], [51], [52, 53],
    ]  # fmt: skip
    assert [run.causes for run in runs] == [{0: "first"}, {50: "last"}, {}, {52: "other"}]


def test_a_void_message_keeps_the_record_and_its_place() -> None:
    """An erased row is still a link of the chain, and still of its record."""
    void = encode_void(service="notes", record=RECORD, header=HEADER | {"occurred_at": None})
    assert void.is_void
    assert (void.record, void.position, void.type) == (RECORD, 9, "notes.void")


def test_an_old_version_reaches_its_reader_in_the_newest_form() -> None:
    """Queues and parked messages may be older than the code."""
    old = Received(
        publisher="notes",
        type="notes.note_written",
        version=1,
        key="k",
        epoch="e0",
        position=1,
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
        record=None,
        data={"text": "a"},
    )
    new = upcast(
        old,
        {
            ("notes.note_written", 1): lambda data: {"words": [data["text"]]},
            ("notes.note_written", 2): lambda data: data | {"language": "fr"},
        },
    )
    assert (new.version, new.data) == (3, {"words": ["a"], "language": "fr"})
    assert old.data == {"text": "a"}


def test_a_request_id_is_that_of_the_message() -> None:
    """The same at every try, another for every message."""
    first = open_envelope(sealed(), "notes", DayKeys())
    again = open_envelope(sealed(), "notes", DayKeys())
    moved = encode(
        NoteWritten(text="b"), service="notes", header=HEADER | {"position": 10}, keys=DayKeys()
    )
    assert first.request_id == again.request_id
    assert first.request_id != open_envelope(moved, "notes", DayKeys()).request_id
