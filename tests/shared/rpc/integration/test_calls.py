"""What a caller gets back, over a real broker."""

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from shared.kernel.errors import (
    Conflict,
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    NotFound,
    Refusal,
    StaleRead,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from shared.rpc.wire import digest
from tests.shared.rpc.place import Peer, Place


def refusal(place: Place, method: str, arguments: dict[str, Any], **how: Any) -> Refusal:
    with place.client() as client, pytest.raises(Refusal) as caught:
        client.call("greeter", method, arguments, **({"token": place.patient()} | how))
    return caught.value


def test_every_wrong_field_is_named(place: Place) -> None:
    """CONTRACT, Faults: the caller can tell which field, also an unknown one."""
    refused = refusal(place, "greet", {"record_id": "x", "times": "many", "colour": "red"})
    assert isinstance(refused, InvalidRequest)
    assert set(refused.fields) == {"record_id", "times", "colour"}


def test_an_unknown_method_is_not_found(place: Place) -> None:
    assert isinstance(refusal(place, "dance", {}), NotFound)
    assert isinstance(refusal(place, "greet.twice", {}), NotFound | Unavailable)


@pytest.mark.parametrize("token", [None, "not.a.token"])
def test_no_token_no_entry(place: Place, token: str | None) -> None:
    refused = refusal(place, "greet", {"record_id": place.record_id}, token=token)
    assert isinstance(refused, Unauthenticated)


@pytest.mark.parametrize(
    ("kind", "claims"),
    [
        ("support", {}),
        ("operator", {}),
        ("secretary", {"SubjectOrganizationID": "1750712184"}),
        ("application", {"client_id": "app"}),
    ],
)
def test_kinds_not_listed_are_forbidden(place: Place, kind: str, claims: dict[str, Any]) -> None:
    """A sample over the wire; tests/contracts walks every method and kind."""
    token = place.issuer.token(kind, **claims)
    assert isinstance(refusal(place, "greet", {"record_id": uuid4()}, token=token), Forbidden)


def test_only_services_call_what_is_inside(place: Place) -> None:
    """Listed for services alone: the person they carry is let in, the person alone is not."""
    assert isinstance(refusal(place, "inside", {"record_id": place.record_id}), Forbidden)
    with place.client() as client:
        arguments = {"record_id": place.record_id}
        answer = client.call("greeter", "relay", arguments, token=place.patient())
    assert answer["by"]["id"] == "greeter"
    assert answer["by"]["on_behalf_of"]["id"] == place.record_id


def test_a_service_is_judged_by_whom_it_carries(place: Place) -> None:
    """A service alone may not do what only people may."""
    with place.client("vault") as client, pytest.raises(Forbidden):
        client.call("greeter", "greet", {"record_id": place.record_id})


def test_another_persons_record_is_forbidden(place: Place) -> None:
    """The contract's condition, judged on this very request."""
    assert isinstance(refusal(place, "greet", {"record_id": uuid4()}), Forbidden)


def test_a_refusal_arrives_whole(place: Place) -> None:
    refused = refusal(place, "fail", {"how": "refuse"})
    assert isinstance(refused, Conflict)
    assert (refused.message, refused.message_fr) == ("it moved", "cela a changé")
    assert refused.fields == {"how": "moved"}


@pytest.mark.parametrize("how", ["KAMARA 180011312345678", "answer"])
def test_the_unforeseen_is_unavailable_and_says_nothing(place: Place, how: str) -> None:
    """An exception's text, or an answer that breaks its contract, may hold anything."""
    refused = refusal(place, "fail", {"how": how})
    assert isinstance(refused, Unavailable)
    assert refused.message == "this service could not handle the request"
    assert "KAMARA" not in place.log.read_text()


def test_too_large_is_refused_before_it_is_decoded(place: Place, peer: Peer) -> None:
    """Eight MiB: a document of 5 MB as base64 fits, more does not; this is not even JSON."""
    fits = {"record_id": place.record_id, "name": "x" * 6_900_000, "times": 0}
    with place.client() as client:
        assert client.call("greeter", "greet", fits, token=place.patient(), timeout=30)
    peer.send("greeter.greet", b"{" * (8 * 1024 * 1024 + 1))
    assert peer.reply()["error"]["exc_args"][0]["code"] == TooLarge.code


def test_an_expired_deadline_runs_nothing(place: Place, peer: Peer) -> None:
    """The caller has given up: doing it now would surprise them."""
    mine = str(uuid4())
    asked = {"record_id": place.record_id, "content": "x", "request_id": mine}
    headers = {"nameko.authorization": place.patient(), "nameko.deadline": 1_000}
    peer.send(
        "greeter.write", json.dumps({"args": [], "kwargs": asked}), application_headers=headers
    )
    assert peer.reply()["error"]["exc_args"][0]["code"] == DeadlineExceeded.code
    assert mine not in place.ran()


def test_a_deadline_that_is_no_instant_is_named(place: Place, peer: Peer) -> None:
    headers = {"nameko.authorization": place.patient(), "nameko.deadline": "soon"}
    peer.send("greeter.greet", json.dumps({"args": [], "kwargs": {}}), application_headers=headers)
    assert peer.reply()["error"]["exc_args"][0]["fields"].keys() == {"nameko.deadline"}


@pytest.mark.parametrize(
    "request_",
    [
        {"args": ["me"], "kwargs": {}},
        {"args": {}, "kwargs": {}},
        {"kwargs": {}},
        {"args": []},
        {"args": [], "kwargs": []},
        {},
    ],
    ids=str,
)
def test_positional_arguments_are_refused(place: Place, peer: Peer, request_: Any) -> None:
    """All arguments by keyword (CONTRACT): positions would freeze the order of fields."""
    headers = {"nameko.authorization": place.patient()}
    peer.send("greeter.greet", json.dumps(request_), application_headers=headers)
    assert peer.reply()["error"]["exc_args"][0]["code"] == InvalidRequest.code


def test_a_query_waits_for_its_read_model_then_says_stale(place: Place) -> None:
    """The greeter's read models are at 7."""
    with place.client() as client:
        assert place.greet(client, at_least={"greeter": 7})
    started = time.monotonic()
    refused = refusal(place, "greet", {"record_id": place.record_id, "at_least": {"greeter": 8}})
    assert isinstance(refused, StaleRead)
    assert refused.fields == {"at_least.greeter": "at 7"}
    assert 1.9 < time.monotonic() - started < 4


def test_a_replayed_service_token_is_refused(place: Place, peer: Peer) -> None:
    """The very same bytes published twice: what someone who reads the broker could do."""
    with place.client("vault") as client:
        assert client._tokens
        body = json.dumps({"args": [], "kwargs": {"record_id": place.record_id}})
        token = client._tokens.for_call(
            "greeter", digest("greeter", "inside", body.encode()), by=None
        )
    headers = {"nameko.authorization": token}
    peer.send("greeter.inside", body, application_headers=headers)
    assert peer.reply()["error"] is None
    peer.send("greeter.inside", body, application_headers=headers)
    assert peer.reply()["error"]["exc_args"][0]["code"] == Unauthenticated.code
    changed = body.replace("{}", "{ }").replace('"args"', ' "args"')
    peer.send("greeter.inside", changed, application_headers=headers)
    assert "another request" in peer.reply()["error"]["exc_args"][0]["message"]


def test_the_log_answers_services_and_auditors_only(place: Place) -> None:
    """CONTRACT: every service also answers events, head and leaves."""
    with place.client("vault") as client:
        assert client.call("greeter", "head", {})["position"] == 4
        assert client.call("greeter", "events", {"after": 0})["envelopes"] == []
        leaves = client.call("greeter", "leaves", {"after": 2, "limit": 1})
        assert leaves["leaves"] == [[3, "ab"]]
        with pytest.raises(InvalidRequest):
            client.call("greeter", "leaves", {"after": -1, "limit": 501})
    assert isinstance(refusal(place, "head", {}), Forbidden)
    mandate = {"id": "m", "scope": ["audit"], "expires": "2999-01-01T00:00:00Z"}
    with place.client() as client:
        auditor = place.issuer.token("auditor", mandate=mandate)
        assert client.call("greeter", "head", {}, token=auditor)["epoch"] == "e1"
