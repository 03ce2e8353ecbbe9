"""Messages made from their published schemas, good ones and spoiled ones, as services read them."""

import importlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import BaseModel, ValidationError

from scripts.cli.processes import SERVICES
from scripts.schemas.documents import of_message, schema
from services.access.policies import FOLLOWS as BY_ACCESS
from services.access.policies import POLICIES as OF_ACCESS
from services.audit.policies import FOLLOWS as BY_AUDIT
from services.audit.policies import POLICIES as OF_AUDIT
from shared.eventing import handling
from shared.eventing.codec import Malformed, encode, open_envelope, parse_delivery, parse_leaves
from shared.eventing.follow import Follower
from shared.eventing.following import Following
from shared.eventing.live_views import LiveViews
from shared.eventing.messages import Envelope, Head, LeafBatch, MessageData
from shared.eventing.view import View
from shared.stores.event_log import EventLog
from tests.access.support.logs import open_world
from tests.audit.world import World as AuditWorld
from tests.fuzz.publishing import AT, DAYS, Publisher
from tests.fuzz.shaped import Shape, Values

Followed = tuple[EventLog, Sequence[View]]
"""The log of a service, and its read models of what others say."""
TRIES = int(os.environ.get("CARNET_FUZZ_TRIES", "1"))
"""Per message, valid and spoiled each; ``make fuzz`` asks for more."""
KINDS: dict[type[BaseModel], Callable[[bytes], object]] = {
    Envelope: lambda body: parse_delivery("said", body),
    Head: lambda body: parse_delivery("head", body),
    LeafBatch: parse_leaves,
}

often = settings(
    max_examples=TRIES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def messages(service: str) -> list[type[MessageData]]:
    module = importlib.import_module(f"services.{service}.messages")
    ours = [kind for kind in vars(module).values() if isinstance(kind, type)]
    return [kind for kind in ours if issubclass(kind, MessageData) and "TYPE" in vars(kind)]


def drawn(values: Values, times: int = TRIES) -> list[Any]:
    found = []

    @settings(often, max_examples=times)
    @given(values)
    def keep(value: Any) -> None:
        found.append(value)

    keep()
    return found


def said_by(service: str) -> Publisher:
    """Of each of its messages some that its schema allows, and as many that are spoiled."""
    publisher = Publisher()
    for kind in messages(service):
        [document] = of_message(kind).values()
        shape = Shape(document)
        for said in (*drawn(shape.valid()), *drawn(shape.spoiled())):
            publisher.say(kind.TYPE, kind.VERSION, said)
    return publisher


def followed_by_audit(folder: Path) -> Iterator[Followed]:
    world = AuditWorld(folder)
    yield world.audit, [View(*both) for both in zip(world.projections, world.views, strict=True)]
    world.audit.close()


def followed_by_access(folder: Path) -> Iterator[Followed]:
    world = open_world(folder)
    yield world.app, ()
    world.close()


FOLLOWERS = {
    "access": (followed_by_access, BY_ACCESS, OF_ACCESS),
    "audit": (followed_by_audit, BY_AUDIT, OF_AUDIT),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_in_the_clear_is_read_or_dropped(kind: type[BaseModel]) -> None:
    """A header that its schema allows is read; any other is none of our messages."""
    shape = Shape(schema(kind, kind.__name__, mode="serialization"))
    for said in (*drawn(shape.valid(), 10 * TRIES), *drawn(shape.spoiled(), 10 * TRIES)):
        with suppress(Malformed):
            read = KINDS[kind](json.dumps(said).encode())
            assert isinstance(read, kind)
            if isinstance(read, Envelope):
                open_envelope(read, read.type.partition(".")[0], DAYS)
                pytest.fail("nobody sealed it")


@pytest.mark.parametrize("service", SERVICES)
def test_what_was_sealed_is_what_is_read(service: str) -> None:
    """Of every message: each that its own rules take goes round unchanged."""
    for kind in messages(service):
        [document] = of_message(kind).values()
        for said in drawn(Shape(document).valid()):
            with suppress(ValidationError):
                goes_round(kind.model_validate_json(json.dumps(said)), service)


def goes_round(message: MessageData, service: str) -> None:
    clear = Publisher().say(message.TYPE, message.VERSION, {})
    header = clear.model_dump(exclude={"type", "version", "record", "data"}) | {"occurred_at": AT}
    sent = encode(message, service=service, header=header, keys=DAYS)
    read = parse_delivery(message.TYPE, sent.model_dump_json().encode())
    assert isinstance(read, Envelope)
    received = open_envelope(read, service, DAYS)
    assert type(message).model_validate(received.data) == message
    assert (received.type, received.version) == (message.TYPE, message.VERSION)


@pytest.mark.parametrize("name", FOLLOWERS)
def test_followers_take_or_park_each_and_go_on(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a publisher that says anything: at the end of its log, each message was applied or is
    parked, the read models stand where the log stands, and all that was written can be read."""
    monkeypatch.setattr(handling, "FIRST_WAIT", 0)
    opened, sources, policies = FOLLOWERS[name]
    for log, views in opened(tmp_path):
        for source in sources:
            publisher = said_by(source)
            following = Following(
                log=log,
                sources=[source],
                policies=policies,
                transport_keys=DAYS,
                pull=lambda _, after, limit, publisher=publisher: publisher.pull(after, limit),  # type: ignore[misc]  # mypy infers no type for a default
                amqp_uri="",
                views=views,
            )
            live = LiveViews(views, [source], log.places)
            Follower(following, source, live, lambda: None).start()

            reached = log.places.followed(source)
            assert reached
            assert reached.position == len(publisher.said)
            parked = log.places.parked(source, limit=len(publisher.said))
            assert len(parked) < len(publisher.said)
            for view in views:
                stood = view.documents.position(source)
                assert stood
                assert stood.position == reached.position
        assert all(row.event for row in log.replay())
