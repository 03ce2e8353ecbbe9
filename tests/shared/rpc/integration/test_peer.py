"""Callers that have none of our code: the protocol is nameko's, and the README's promise."""

import json
import subprocess
import sys
from uuid import uuid4

import amqp

from shared.kernel.errors import InvalidRequest
from tests.shared.rpc.place import ROOT, Peer, Place

STOCK = """
import json, sys, warnings
warnings.filterwarnings("ignore")
from nameko.standalone.rpc import ServiceRpcProxy
from nameko.exceptions import RemoteError

uri, token, record_id = sys.argv[1:]
with ServiceRpcProxy("greeter", {"AMQP_URI": uri}, {"authorization": token}, timeout=10) as greeter:
    print(json.dumps(greeter.greet(record_id=record_id, name="stock")))
    try:
        greeter.greet(record_id=record_id, times="many")
    except RemoteError as error:
        print(json.dumps([error.exc_type, error.value]))
"""


def test_plain_amqp(place: Place) -> None:
    """Any language with an AMQP 0-9-1 library: a reply queue, a publish, a wait."""
    host, _, rest = place.amqp_uri.partition("@")[2].partition("/")
    user, _, password = place.amqp_uri.partition("//")[2].partition("@")[0].partition(":")
    with amqp.Connection(host, userid=user, password=password, virtual_host=rest) as connection:
        channel = connection.channel()
        reply_to, correlation_id = uuid4().hex, uuid4().hex
        channel.queue_declare(reply_to, exclusive=True)
        channel.queue_bind(reply_to, "nameko-rpc", reply_to)
        replies: list[amqp.Message] = []
        channel.basic_consume(reply_to, no_ack=True, callback=replies.append)
        request = {"args": [], "kwargs": {"record_id": place.record_id, "name": "plain"}}
        message = amqp.Message(
            json.dumps(request),
            content_type="application/json",
            content_encoding="utf-8",
            reply_to=reply_to,
            correlation_id=correlation_id,
            application_headers={"nameko.authorization": place.patient()},
        )
        channel.basic_publish(message, exchange="nameko-rpc", routing_key="greeter.greet")
        while not replies:
            connection.drain_events(timeout=10)
        reply = json.loads(replies[0].body)
        assert replies[0].correlation_id == correlation_id
        assert replies[0].content_type == "application/json"
        assert reply == {
            "result": {
                "text": "hello plain ",
                "by": {"kind": "patient", "id": place.record_id, "record_id": place.record_id},
            },
            "error": None,
        }


def test_stock_nameko(place: Place) -> None:
    """nameko's own standalone proxy: answers and errors are of the form it understands."""
    called = subprocess.run(
        [sys.executable, "-c", STOCK, place.amqp_uri, place.patient(), place.record_id],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answer, error = map(json.loads, called.stdout.splitlines())
    assert answer["text"] == "hello stock "
    assert error[0] == InvalidRequest.__name__
    assert error[1].startswith("[invalid_request]")


def test_the_fault_is_the_first_argument_of_the_error(place: Place, peer: Peer) -> None:
    """CONTRACT, Faults: exc_args[0] is the fault, whole."""
    headers = {"nameko.authorization": place.patient()}
    body = json.dumps({"args": [], "kwargs": {"how": "refuse"}})
    peer.send("greeter.fail", body, application_headers=headers)
    error = peer.reply()["error"]
    assert set(error) == {"exc_type", "exc_path", "exc_args", "value"}
    assert error["exc_args"] == [
        {
            "code": "conflict",
            "message": "it moved",
            "message_fr": "cela a changé",
            "fields": {"how": "moved"},
        }
    ]
