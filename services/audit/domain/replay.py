"""A record as it stood at an instant: every stream of it, evolved up to then."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol, cast
from uuid import UUID

from shared.kernel.clock import instant

CODES = frozenset(
    {
        "record_id", "status", "confidentiality", "replaces", "replaced_by", "logical_id",
        "class", "class_code", "type", "type_code", "kind", "section", "state", "visible",
        "activated", "opens_at", "suspended_at", "closed_at", "closing_motive", "is_minor",
        "treating_doctor", "administrators", "consents", "blocked", "care_teams", "sessions",
        "switches", "feeding", "decision_id", "fed_on_decision", "valid_until", "expires_at",
        "made", "document_id", "erased",
    }
)  # fmt: skip
"""Members that are shown without a physician: codes and the facts of decisions (rights and
decisions are those facts). Whatever is not named here may be medical content."""
FACTS = frozenset({"access"})
"""Services whose state is nothing but the facts of decisions."""


class Evolving(Protocol):
    """A stored event that makes the next state of its stream."""

    def mutate(self, aggregate: Any, /) -> Any: ...


class Standing:
    """Streams by service, as far as they were told. Memory grows with one record, no more."""

    def __init__(self) -> None:
        self._streams: dict[tuple[str, str], Any] = {}
        self.erased = 0

    def add(self, service: str, originator: str, event: Evolving | None) -> None:
        """The next event of a stream; None if its record was erased."""
        if event is None:
            self.erased += 1
            return
        key = (service, originator)
        self._streams[key] = event.mutate(self._streams.get(key))

    def to_json(self, *, physician: bool) -> dict[str, list[dict[str, Any]]]:
        """By service; each stream with its kind, id, version and state."""
        found: dict[str, list[dict[str, Any]]] = {}
        for (service, originator), aggregate in sorted(self._streams.items()):
            state = plain({n: v for n, v in vars(aggregate).items() if not n.startswith("_")})
            shown = state if physician or service in FACTS else _codes(state)
            found.setdefault(service, []).append(
                {
                    "kind": type(aggregate).TOPIC.partition(".")[2],
                    "id": originator,
                    "version": aggregate.version,
                    "state": shown,
                }
            )
        return found


def plain(value: Any) -> Any:
    """JSON of what our aggregates hold."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, (UUID, date, Decimal)):
        return str(value)
    return _whole(value)


def _whole(value: Any) -> Any:
    """Of what has parts."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        items = [plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, (set, frozenset)) else items
    members = asdict(cast("Any", value)) if is_dataclass(value) else vars(value)
    return plain({n: v for n, v in members.items() if not n.startswith("_")})


def _codes(state: Any) -> Any:
    """Named members alone, also below."""
    if not isinstance(state, dict):
        return state
    shown = {name: value for name, value in state.items() if name in CODES}
    for name, value in state.items():
        if isinstance(value, dict) and name not in CODES and (below := _codes(value)):
            shown[name] = below
    return shown
