"""What comes off the broker: frames, properties, requests, envelopes, replies."""

import json
import logging
from datetime import UTC, date, datetime
from pathlib import Path
from struct import pack
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import amqp
import structlog

from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys
from shared.crypto.keys import Key
from shared.eventing.codec import (
    Malformed,
    encode,
    open_envelope,
    parse_delivery,
    parse_leaves,
)
from shared.eventing.messages import MessageData, Run
from shared.kernel.actor import Actor, ActorKind
from shared.rpc import wire
from shared.rpc.answer import Answerer, Delivery, Served
from shared.rpc.contract import Contract, Listing, ListQuery, Method
from shared.rpc.faults import refusal_of
from shared.rpc.frames import BODY, FRAME_END, HEADER, METHOD, Incoming
from shared.rpc.intake import Intake, Taken
from shared.rpc.publishing import Outgoing, publish
from shared.rpc.settings import RpcSettings
from tests.fuzz.target import Target
from tests.support.settings import settings_in
from tests.support.signing import SIGNING_KEY

RECORD = UUID(int=1)
_PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
_BOUNDLESS = RpcSettings(rate=1e9, burst=10**9)
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


class Find(ListQuery):
    record_id: UUID
    at: datetime | None = None
    day: date | None = None
    kinds: tuple[str, ...] = ()


_ASKED = Contract(
    "fuzzed",
    (
        Method(
            name="find",
            request=Find,
            answer=Listing[str],
            callers=frozenset({ActorKind.PATIENT}),
        ),
    ),
)


class _Told(MessageData):
    TYPE = "fuzzed.told"

    words: str


class _Keys:
    def key(self, day: date) -> Key:
        return Key(id=UUID(int=day.toordinal()), version=1, secret=b"k" * 32)


def _answerer() -> Answerer:
    with TemporaryDirectory() as name:
        folder = Path(name)
        generate_service_keys(folder, ["fuzzed"])
        issuers = folder / "issuers.json"
        issuers.write_text(json.dumps([DevelopmentIssuer(SIGNING_KEY).entry()]))
        settings = settings_in(folder)
        handlers = {"find": lambda request, _by: Listing[str](items=[*request.kinds], total=0)}
        served = Served(settings=settings, handlers=handlers, position_of=lambda _service: 2**62)
        answerer = Answerer(_ASKED, served, _BOUNDLESS)
    answerer._authenticator = SimpleNamespace(actor=lambda *_, **__: _PATIENT)  # type: ignore[assignment]  # who asks is another target's
    return answerer


_ANSWERER = _answerer()
_TAKEN: list[Taken] = []
_TRANSPORT = SimpleNamespace(_quick_recv=None, _read_buffer=b"", write=lambda _frames: None)
_CONNECTION = SimpleNamespace(frame_max=131_072, transport=_TRANSPORT, bytes_sent=0)
_CHANNEL: Any = SimpleNamespace(channel_id=1, connection=_CONNECTION)
_INTAKE = Intake("amqp://guest@127.0.0.1:1//", "fuzzed", _BOUNDLESS, _TAKEN.append)


class Broken(Exception):
    """An answer of the kind nobody foresaw."""


def _request(data: bytes) -> None:
    """Headers and a body: the answer is one, a refusal with its fault, or the body was none."""
    headers, _, body = data.partition(b"\n")
    said = _json(headers)
    if isinstance(said, dict):  # AMQP carries no number of more than 64 bits
        said = {k: v for k, v in said.items() if not isinstance(v, int) or abs(v) < 2**63}
    delivery = Delivery(method="find", body=body, headers=said if isinstance(said, dict) else {})
    with _ANSWERER.answering(delivery) as reply:
        told = json.loads(reply or b'{"error": null}')
    if told["error"] and told["error"]["exc_args"][0]["code"] == "unavailable":
        raise Broken(told["error"]["value"])


def _frames(data: bytes) -> None:
    """A delivery whose routing key, properties and body a peer chose: the connection lives, and
    what can be answered is answered."""
    key, properties, body = (data.split(b"\xff\xff", 2) + [b"", b""])[:3]
    names = b"\x03tag" + (1).to_bytes(8, "big") + b"\x00" + b"\x0anameko-rpc"
    deliver = b"\x00\x3c\x00\x3c" + names + bytes([len(key[:255])]) + key[:255]
    size = len(body).to_bytes(8, "big")
    pieces = [(METHOD, deliver), (HEADER, b"\x00\x3c\x00\x00" + size + properties)]
    incoming = Incoming(_CHANNEL, _INTAKE._delivered)
    for kind, payload in [*pieces, (BODY, body)] if body else pieces:
        incoming.take(pack(">BHI", kind, 1, len(payload)) + payload + FRAME_END)
    while _TAKEN:
        taken = _TAKEN.pop()
        with _ANSWERER.answering(taken.delivery) as reply:
            answer = Outgoing(body=reply or b"", correlation_id=taken.correlation_id)
        publish(taken.reply_to, answer, _CHANNEL, mandatory=False)


def _envelope(data: bytes) -> None:
    """What a follower does with a delivery before it handles it."""
    routing_key, _, body = data.partition(b"\n")
    found = parse_delivery(routing_key.decode("latin-1"), body)
    for envelope in found.envelopes if isinstance(found, Run) else ():
        _ = envelope.held_by
        if not envelope.is_void:
            open_envelope(envelope, "fuzzed", _Keys())


def _fault(data: bytes) -> None:
    refusal_of(_json(data)).to_fault()


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _sealed() -> bytes:
    header = {
        "key": f"{UUID(int=5)}.3", "epoch": "e1", "position": 7, "digest": "ab", "previous": 6,
        "previous_digest": "cd", "occurred_at": datetime(2026, 11, 22, tzinfo=UTC),
    }  # fmt: skip
    made = encode(_Told(record_id=RECORD, words="x"), service="fuzzed", header=header, keys=_Keys())
    run = Run(envelopes=[made], causes={7: "00-" + "a" * 32 + "-" + "b" * 16 + "-01"})
    return run.model_dump_json().encode()


def _properties(**said: Any) -> bytes:
    whole = amqp.Message("", **said)._serialize_properties()
    return bytes(whole)


_BODY = wire.encode({"record_id": str(RECORD), "at": "2026-11-22T08:00:00+01:00", "limit": 5})
_RUN = _sealed()
_DAYS = wire.encode({"record_id": str(RECORD), "day": "2026-11-22", "at_least": {"x": 1}})
_USUAL = {"content_type": "application/json", "reply_to": "r1", "correlation_id": "1"}
_HEADERS = {"nameko.deadline": 4102444800000, "nameko.traceparent": "00-" + "a" * 32 + "-1-01"}

_FAULT = (
    b'{"exc_args":[{"code":"forbidden","message":"no","fields":{"a":"b"},'
    b'"decision_id":"00000000-0000-0000-0000-000000000001"}]}'
)

TARGETS = (
    Target(
        name="frames",
        read=_frames,
        refusals=(),
        seeds=(
            b"fuzzed.find\xff\xff" + _properties(**_USUAL) + b"\xff\xff" + _BODY,
            b"fuzzed.find\xff\xff"
            + _properties(**_USUAL, application_headers=_HEADERS)
            + b"\xff\xff"
            + _BODY,
        ),
    ),
    Target(
        name="request",
        read=_request,
        refusals=(),
        seeds=(json.dumps(_HEADERS).encode() + b"\n" + _BODY, b"{}\n" + _DAYS),
    ),
    Target(
        name="body",
        read=wire.decode,
        refusals=(wire.Undecodable,),
        seeds=(_BODY, _DAYS),
    ),
    Target(
        name="envelope",
        read=_envelope,
        refusals=(Malformed,),
        seeds=(
            b"fuzzed.told\n" + _RUN,
            b'head\n{"epoch":"e1","position":4,"digest":"ab"}',
        ),
    ),
    Target(
        name="leaves",
        read=parse_leaves,
        refusals=(Malformed,),
        seeds=(b'{"service":"vault","epoch":"e1","after":0,"to":2,"leaves":[[1,"ab"],[2,"cd"]]}',),
    ),
    Target(
        name="fault",
        read=_fault,
        refusals=(),
        seeds=(_FAULT,),
    ),
)
