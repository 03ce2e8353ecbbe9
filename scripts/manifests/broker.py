"""RabbitMQ's definitions: one user per service with the rights that its own code needs.

A right to configure is a right to delete, so exchanges that several use are made here and
nobody may configure them. On ``nameko-rpc`` topic rights say whose requests may be read (a
service's own) and who may be called; replies go to addresses nobody else can guess.
"""

import hashlib
import os
from collections.abc import Mapping
from typing import Any

from scripts.cli.processes import SERVICES
from scripts.manifests.wiring import Wiring, all_wiring
from shared.crypto.base64_text import to_base64
from shared.rpc.wire import EXCHANGE

VHOST = "carnet"
INTEGRATOR = "integrator"
"""Facility software, apps: calls the services and reads its own replies. Whom it speaks for is in
its token; give each installation a user of its own with these rights."""
MONITOR = "monitor"
OPERATOR = "operator"
"""Restores: throws away what waits in the queues of followers, leaves and checkpoints."""
HEARD = r"[a-z]+\.(leaves\.)?from\.[a-z]+"
CHECKPOINTS = r"[a-z]+\.checkpoints"
DEAD = "carnet.dead"
REPLY_QUEUE = r"rpc\.reply-[A-Za-z0-9-]+|amq\.gen-.*"
REPLY_KEY = r"[0-9a-f-]{32,36}"
"""Reply addresses are 128 random bits; one who reads must name the whole of his own."""
METHOD = "[a-z_]+"
DAY = 24 * 3600 * 1000

Json = dict[str, Any]


def definitions(passwords: Mapping[str, str] | None = None) -> Json:
    """``passwords`` by user. A user without one cannot log in with a password at all (by a
    client certificate it can): so are the users of the file in the repository.
    """
    given = passwords or {}
    services = all_wiring()
    return {
        "vhosts": [{"name": VHOST, "metadata": {"default_queue_type": "quorum"}}],
        "users": [_user(name, given.get(name)) for name in users()],
        "permissions": [
            *map(_service_rights, services),
            _integrator_rights(),
            _operator_rights(),
        ],
        "topic_permissions": [*map(_service_topics, services), _integrator_topics()],
        "exchanges": [_exchange(name, kind) for name, kind in sorted(_exchanges().items())],
        "queues": [_dead_queue()],
        "bindings": [_dead_binding()],
        "policies": _policies(),
        "parameters": [],
        "global_parameters": [],
    }


def users() -> list[str]:
    return [*SERVICES, INTEGRATOR, MONITOR, OPERATOR]


def _user(name: str, password: str | None) -> Json:
    return {
        "name": name,
        "password_hash": hashed(password) if password else "",
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["monitoring"] if name == MONITOR else [],
        "limits": {},
    }


def hashed(password: str, salt: bytes | None = None) -> str:
    """RabbitMQ's own form: four bytes of salt before the SHA-256 of salt and password."""
    salt = salt or os.urandom(4)
    return to_base64(salt + hashlib.sha256(salt + password.encode()).digest())


def _service_rights(wired: Wiring) -> Json:
    """Its own: the queue of its requests, its exchanges, the queues it follows others with."""
    name = wired.service
    own = rf"rpc-{name}|{name}\.[a-z.]+|{REPLY_QUEUE}"
    heard = {rf"{other}\.events" for other in wired.follows}
    if wired.hears_leaves:
        heard |= {rf"{other}\.leaves" for other in wired.follows}
    read = "|".join([own, EXCHANGE, r"audit\.checkpoints", *sorted(heard)])
    return _rights(name, configure=own, write=f"{own}|{EXCHANGE}", read=read)


def _service_topics(wired: Wiring) -> Json:
    called = "|".join(sorted(wired.calls)) or "nobody"
    return {
        "user": wired.service,
        "vhost": VHOST,
        "exchange": EXCHANGE,
        "write": rf"^(({called})\.{METHOD}|[^.]+)$",  # and replies, whose addresses have no dot
        "read": rf"^({wired.service}\.\*|{REPLY_KEY})$",
    }


def _integrator_rights() -> Json:
    read = f"{REPLY_QUEUE}|{EXCHANGE}"
    return _rights(INTEGRATOR, configure=REPLY_QUEUE, write=read, read=read)


def _operator_rights() -> Json:
    return _rights(OPERATOR, configure="", write="", read=f"{HEARD}|{CHECKPOINTS}")


def _integrator_topics() -> Json:
    services = "|".join(SERVICES)
    return {
        "user": INTEGRATOR,
        "vhost": VHOST,
        "exchange": EXCHANGE,
        "write": rf"^({services})\.{METHOD}$",
        "read": rf"^{REPLY_KEY}$",
    }


def _rights(user: str, *, configure: str, write: str, read: str) -> Json:
    return {
        "user": user,
        "vhost": VHOST,
        "configure": f"^({configure})$",
        "write": f"^({write})$",
        "read": f"^({read})$",
    }


def _exchanges() -> dict[str, str]:
    own = {f"{service}.events": "topic" for service in SERVICES}
    leaves = {f"{service}.leaves": "fanout" for service in SERVICES}
    return {EXCHANGE: "topic", "audit.checkpoints": "fanout", DEAD: "fanout"} | own | leaves


def _exchange(name: str, kind: str) -> Json:
    common = {"durable": True, "auto_delete": False, "internal": False, "arguments": {}}
    return {"name": name, "vhost": VHOST, "type": kind} | common


def _dead_queue() -> Json:
    return {
        "name": DEAD,
        "vhost": VHOST,
        "durable": True,
        "auto_delete": False,
        "arguments": {"x-queue-type": "quorum"},
    }


def _dead_binding() -> Json:
    return {
        "source": DEAD,
        "vhost": VHOST,
        "destination": DEAD,
        "destination_type": "queue",
        "routing_key": "",
        "arguments": {},
    }


def _policies() -> list[Json]:
    """A delivery that keeps failing is put aside: the follower pulls it from the log, and an
    operator sees that it happened."""
    aside = {"delivery-limit": 20, "dead-letter-exchange": DEAD}
    return [
        _policy("followers", f"^{HEARD}$", aside),
        _policy("checkpoints", f"^{CHECKPOINTS}$", aside),
        _policy("requests", "^rpc-[a-z]+$", {"max-length-bytes": 512 * 1024 * 1024}),
        _policy("dead", r"^carnet\.dead$", {"max-length": 10_000, "message-ttl": 7 * DAY}),
    ]


def _policy(name: str, pattern: str, definition: Json) -> Json:
    place = {"vhost": VHOST, "name": name, "pattern": pattern, "apply-to": "queues"}
    return place | {"priority": 1, "definition": definition}
