"""A whole client in Python (pip install amqp): ``python call.py SERVICE METHOD '{...}'``.

``CARNET_AMQP_URI`` and ``TOKEN`` in the environment. Ends with 1 and the refusal's code.
"""

import json
import os
import sys
import time
import uuid
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

EXCHANGE = "nameko-rpc"


class Refused(Exception):
    """``args[0]``: {code, message, message_fr?, fields?, decision_id?}."""


def call(service: str, method: str, kwargs: dict[str, Any], seconds: int = 10) -> Any:
    with _connection(os.environ["CARNET_AMQP_URI"]) as connection:
        channel, reply_to = connection.channel(), str(uuid.uuid4())
        replies: list[Any] = []
        queue = f"rpc.reply-{reply_to}"
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        channel.queue_bind(queue, EXCHANGE, reply_to)
        channel.basic_consume(queue, no_ack=True, callback=replies.append)
        until = time.time() + seconds
        headers = {
            "nameko.authorization": os.environ["TOKEN"],
            "nameko.deadline": int(until * 1000),
        }
        message = amqp.Message(
            json.dumps({"args": [], "kwargs": kwargs}),
            content_type="application/json",
            reply_to=reply_to,
            correlation_id=str(uuid.uuid4()),
            application_headers=headers,
        )
        channel.basic_publish(message, EXCHANGE, f"{service}.{method}")
        while not replies:
            connection.drain_events(timeout=max(0.01, until - time.time()))
    reply = json.loads(replies[0].body)
    if reply["error"]:
        raise Refused(reply["error"]["exc_args"][0])
    return reply["result"]


def _connection(uri: str) -> Any:
    """With ``amqps`` to that host and no other: ``ssl=True`` would not look at the name."""
    at = urlsplit(uri)
    verified = {"context": {"check_hostname": True}, "server_hostname": at.hostname}
    return amqp.Connection(
        f"{at.hostname}:{at.port or 5672}",
        userid=unquote(at.username or "guest"),
        password=unquote(at.password or "guest"),
        virtual_host=unquote(at.path[1:]) or "/",
        ssl=verified if at.scheme == "amqps" else False,
    )


if __name__ == "__main__":
    try:
        asked = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
        print(json.dumps(call(sys.argv[1], sys.argv[2], asked)))  # noqa: T201 - its answer
    except Refused as refusal:
        sys.exit(f"{refusal.args[0]['code']} {refusal.args[0]['message']}")
