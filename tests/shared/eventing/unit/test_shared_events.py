"""Events that any service may have in its log, under every name they were ever written by."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventsourcing import utils
from eventsourcing.domain import Aggregate

from tests.support.golden import Golden

ROOT = Path(__file__).parents[4]
FILES = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))


def defining() -> Iterator[str]:
    """Every shared module in which an event may be defined."""
    for file in sorted((ROOT / "shared").rglob("*.py")):
        if "eventsourcing.domain" in file.read_text():
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts)


def stored(kind: type[Any]) -> Iterator[type[Any]]:
    """Those that no other event builds on: a class of several is never stored itself."""
    below: list[type] = [
        one for one in kind.__subclasses__() if one.__module__.startswith("shared.")
    ]
    for one in below:
        yield from stored(one)
    if not below and kind.__module__.startswith("shared."):
        yield kind


def by_topic() -> dict[str, type[Any]]:
    """An event may have had other names, which stay registered."""
    for module in defining():
        importlib.import_module(module)
    kinds = set(stored(Aggregate.Event)) | set(stored(Aggregate.Created))
    given = {topic: kind for topic, kind in utils._topic_cache.items() if kind in kinds}
    assert set(given.values()) == kinds, "each has its topic"
    return given


EVENTS = by_topic()
GOLDEN = [
    Golden(topic, int(version), json.loads(file.read_text()))
    for file in FILES
    for topic, _, version in [file.stem.rpartition(".v")]
]


def test_every_version_of_every_event_is_kept() -> None:
    """A new one without its file would one day be changed unseen."""
    assert {(golden.topic, golden.version) for golden in GOLDEN} == {
        (topic, version)
        for topic, kind in EVENTS.items()
        for version in range(1, getattr(kind, "class_version", 1) + 1)
    }


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_stored_bytes_still_read(golden: Golden) -> None:
    """What was written under any name is read; it is written alike under the one it has now."""
    event = golden.load()

    kind = type(event)
    assert kind is EVENTS[golden.topic]
    if (golden.topic, golden.version) == (kind.TOPIC, getattr(kind, "class_version", 1)):
        assert golden.store(event) == golden.state
