"""Every service that follows others, built as its own process builds it, beside neighbours that
say what the published schemas allow."""

import importlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.processes import SERVICES, entrypoints
from scripts.ops.parts import built
from scripts.schemas.documents import of_method
from shared.auth.service_keys import generate_service_keys
from shared.crypto.keys import Key
from shared.crypto.local_keys import LocalKeys
from shared.eventing.following import Following
from shared.rpc import keys
from shared.rpc.client import RpcClient
from tests.fuzz.drawing import drawn
from tests.fuzz.publishing import DAYS, Publisher
from tests.fuzz.shaped import Shape
from tests.support.memory_objects import MemoryObjects

FOLLOWERS = [
    service
    for service, _, entrypoint in (name.partition(".") for name in entrypoints())
    if entrypoint == "follow"
]
ANSWERS = 3
"""Of one method, said in turn."""


class HandedKeys(LocalKeys):
    """What keyring hands over, made here: keys of records, and of messages on their way."""

    def key(self, day: Any) -> Key:
        return DAYS.key(day)


class Neighbours:
    """``speaking``: the publishers there are, by service. Whatever else is asked is answered by
    what its schema allows."""

    def __init__(self) -> None:
        self.speaking: dict[str, Publisher] = {}

    def call(
        self, _client: RpcClient, service: str, method: str, arguments: Mapping[str, Any], **_: Any
    ) -> Any:
        if method == "events":
            return self.speaking[service].pull(arguments["after"], arguments["limit"])
        return next(_answers(service, method))


@cache
def _answers(service: str, method: str) -> Iterator[Any]:
    contract = importlib.import_module(f"services.{service}.contract").CONTRACT
    [asked] = [one for one in contract.methods if one.name == method]
    document = of_method(service, asked)[f"{service}/rpc/{method}.answer.json"]
    return cycle(drawn(Shape(document).valid(), ANSWERS))


class Place:
    """Where followers are built: no servers but the broker that is named."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.neighbours = Neighbours()
        self._folder = folder
        self._patch = patch
        generate_service_keys(folder / "keys", SERVICES)
        (folder / "issuers.json").write_text(json.dumps([]))
        patch.setattr(RpcClient, "call", self._called())
        patch.setattr(keys, "RemoteKeys", _handed)

    @contextmanager
    def following(
        self, service: str, *, home: str = "data", amqp_uri: str = "amqp://nowhere"
    ) -> Iterator[Following]:
        """As ``<service>.follow`` is made of it. ``home``: of its log and its read models."""
        settings = {
            "ENVIRONMENT": "development",
            "AMQP_URI": amqp_uri,
            "SERVICE_KEYS_DIR": self._folder / "keys",
            "ISSUERS_FILE": self._folder / "issuers.json",
            "DATA_DIR": self._folder / home,
        }
        for name, value in settings.items():
            self._patch.setenv(f"CARNET_{name}", str(value))
        bootstrap = importlib.import_module(f"services.{service}.bootstrap")
        if hasattr(bootstrap, "open_objects"):
            self._patch.setattr(bootstrap, "open_objects", lambda *_: MemoryObjects())
        with built(service, "follow") as made:
            yield made

    def _called(self) -> Any:
        neighbours = self.neighbours

        def call(client: RpcClient, *asked: Any, **more: Any) -> Any:
            return neighbours.call(client, *asked, **more)

        return call


def _handed(_ask: Any, *, service: str, **_: Any) -> HandedKeys:
    return HandedKeys(bytes(range(32)), service)
