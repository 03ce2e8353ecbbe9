"""Golden files: the plain state of one stored event each, never edited once released.

``tests/<service>/golden/<topic without service>.v<version>.json`` is the state as the mapper
writes it before sealing.
"""

import importlib
import json
import pkgutil
import re
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, DomainEventProtocol
from eventsourcing.persistence import (
    DatetimeAsISO,
    DecimalAsStr,
    JSONTranscoder,
    Mapper,
    StoredEvent,
    UUIDAsHex,
)

from shared.stores.sealed_mapper import DateAsISO

TESTS = Path(__file__).parents[1]
STREAM = UUID("0190a000-0000-7000-8000-0000000000aa")


@dataclass(frozen=True)
class Golden:
    topic: str
    version: int
    state: Any

    def __str__(self) -> str:
        return f"{self.topic}.v{self.version}"

    def load(self) -> DomainEventProtocol[UUID]:
        """As whoever reads it finds it: with every field that its class declares, and no other.
        The mapper would hand over what was stored under any name."""
        state = json.dumps(self.state).encode()
        event = mapper().to_domain_event(StoredEvent(STREAM, 7, self.topic, state))
        declared = {one.name for one in fields(event)}  # type: ignore[arg-type]  # all are dataclasses
        assert set(vars(event)) == declared, self
        return event

    def store(self, event: DomainEventProtocol[UUID]) -> Any:
        return json.loads(mapper().to_stored_event(event).state)


def mapper() -> Mapper[UUID]:
    transcoder = JSONTranscoder()
    for transcoding in (UUIDAsHex(), DecimalAsStr(), DatetimeAsISO(), DateAsISO()):
        transcoder.register(transcoding)
    return Mapper(transcoder)


def golden_files(service: str) -> list[Golden]:
    found = []
    for file in sorted((TESTS / service / "golden").glob("*.json")):
        name = re.fullmatch(r"(.+)\.v(\d+)", file.stem)
        assert name, f"{file.name} is not <event>.v<version>.json"
        found.append(Golden(f"{service}.{name[1]}", int(name[2]), json.loads(file.read_text())))
    return found


def event_classes(domain: ModuleType) -> dict[str, type]:
    """Every event class of the aggregates of a service's domain, by topic."""
    modules = [
        importlib.import_module(f"{domain.__name__}.{module.name}")
        for module in pkgutil.iter_modules(domain.__path__)
    ]
    aggregates = {a for m in modules for a in vars(m).values() if _is_kind(a, Aggregate)}
    events = {e for a in aggregates for e in vars(a).values() if _is_kind(e, Aggregate.Event)}
    return {event.TOPIC: event for event in events if hasattr(event, "TOPIC")}


def _is_kind(thing: Any, kind: type) -> bool:
    return isinstance(thing, type) and issubclass(thing, kind)
