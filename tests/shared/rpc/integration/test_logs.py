"""No name, INS, token or content reaches a log line, a metric or the health page."""

import json
import urllib.request
from contextlib import suppress
from typing import Any
from uuid import uuid4

from shared.kernel.errors import Refusal
from tests.shared.rpc.place import Peer, Place
from tests.support.deadline import eventually

NAME, INS, CONTENT = "KAMARA-Delphine", "255082B03301234", "JVBERi0xLjcKJbXtrvs"


def test_nothing_private_is_kept_of_any_call(place: Place, peer: Peer) -> None:
    """Private values in every place a caller can put one, in calls that go well and badly."""
    token = place.patient(family_name=NAME)
    elsewhere = place.issuer.token("patient", record_id=str(uuid4()), sub=f"f:{NAME}")
    private = f"{NAME} {INS} {CONTENT}"
    mine: dict[str, Any] = {"record_id": place.record_id}
    calls: list[tuple[str, dict[str, Any], str]] = [
        ("greet", mine | {"name": private}, token),
        ("greet", mine | {"name": private}, elsewhere),
        ("greet", mine | {"name": private}, f"{token}{NAME}"),
        ("greet", mine | {"name": [private]}, token),
        ("greet", mine | {private: private}, token),
        ("greet", {"record_id": private}, token),
        ("greet", mine | {"at_least": {NAME: 10**15}}, token),
        (f"greet-{NAME}-{INS}", {}, token),
        ("write", mine | {"request_id": uuid4(), "content": private}, token),
        ("fail", {"how": private}, token),
        ("relay", mine | {"name": private}, token),
    ]
    with place.client() as client:
        for method, arguments, with_token in calls:
            with suppress(Refusal):
                client.call("greeter", method, arguments, token=with_token)
    headers = {
        "nameko.authorization": token,
        "nameko.deadline": INS,
        "nameko.traceparent": f"00-{INS}00000000000000000-{NAME}-01",
        NAME: INS,
    }
    body = json.dumps({"args": [private], "kwargs": {NAME: INS}})
    peer.send("greeter.greet", body, application_headers=headers, correlation_id=NAME)
    assert peer.reply()["error"]
    peer.send("greeter.greet", private, application_headers=headers, type=NAME, message_id=INS)
    peer.send(f"greeter.{NAME}", body, reply_to=None, application_headers=headers)
    eventually(lambda: peer.waiting() == 0)

    port = place.environ["CARNET_HTTP_PORT"]
    kept = place.log.read_text()
    for page in ("metrics", "ready"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}") as answer:
            kept += answer.read().decode()
    for secret in (NAME, INS, CONTENT, token, token.rpartition(".")[2], elsewhere):
        assert secret not in kept, secret


def test_one_line_per_call_says_what_operators_need(place: Place) -> None:
    """DESIGN section 12: call id, service, method, actor kind, record id, outcome, duration."""
    with place.client() as client:
        before = len(place.lines())
        client.call("greeter", "relay", {"record_id": place.record_id}, token=place.patient())
    eventually(lambda: len(place.lines()) == before + 2)
    inner, outer = place.lines()[before:]
    assert outer["event"] == "call"
    assert (outer["service"], outer["method"], outer["outcome"]) == ("greeter", "relay", "ok")
    assert (outer["actor"], outer["via"], outer["record_id"]) == ("patient", None, place.record_id)
    assert outer["ms"] > 0
    assert (inner["actor"], inner["via"]) == ("patient", "greeter")
    assert inner["call_id"] != outer["call_id"]
    assert inner["trace_id"] == outer["trace_id"], "one trace across services"
