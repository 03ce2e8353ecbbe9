"""What may become of messages between a publisher and a follower."""

from collections.abc import Sequence
from random import Random
from typing import Any

from shared.eventing.messages import Envelope
from tests.fuzz.mutated import mutated
from tests.shared.eventing.deliveries import delivery

Sent = tuple[str, bytes]
"""Routing key and body."""


def mixed_up(said: Sequence[Envelope], chance: Random) -> list[Sent]:
    """Each of them none to two times, in any order, and twice as many that nobody said."""
    true = [sent(e) for e in said for _ in range(chance.choice([0, 1, 2]))]
    bodies = mutated([sent(e)[1] for e in said], len(said), chance)
    false = [(chance.choice(["head", "x", ""]), body) for body in bodies]
    forged = [(sent(e)[0], sent(_forgery(e, chance))[1]) for e in said]
    mixed = [*true, *false, *forged]
    chance.shuffle(mixed)
    return mixed


def sent(said: Envelope) -> Sent:
    made = delivery(said)
    return made.routing_key, made.body


def _forgery(said: Envelope, chance: Random) -> Envelope:
    """Linked as it must be, mostly; with another header than what is in it was sealed with."""
    wrong: Sequence[dict[str, Any]] = (
        {"digest": "f" * 64},
        {"position": said.position + 1},
        {"data": ""},
        {"data": "AAAA"},
        {"record": None},
        {"epoch": "e2"},
        {"key": f"{said.key}0"},
    )
    return said.model_copy(update=chance.choice(wrong))
