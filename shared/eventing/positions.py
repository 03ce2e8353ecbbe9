"""How far a service has come in its own log and in others': what ``at_least`` is compared with."""

from collections.abc import Callable

from shared.stores.documents import Documents
from shared.stores.event_log import EventLog

PositionOf = Callable[[str], int]
"""Position reached in a service's log; 0 before the first."""


def position_in(*views: Documents) -> PositionOf:
    """What all of these read models have reached."""

    def position_of(source: str) -> int:
        reached = [view.position(source) for view in views]
        return min((at.position if at else 0) for at in reached)

    return position_of


def position_followed(log: EventLog) -> PositionOf:
    """What the policies of a service have applied; its own log is always at its head."""

    def position_of(source: str) -> int:
        if source == log.name:
            return log.head().position
        followed = log.places.followed(source)
        return followed.position if followed else 0

    return position_of


def position_shown(log: EventLog, *views: Documents) -> PositionOf:
    """Of the service's own log what all of these read models have reached, of another's what its
    policies have applied."""
    shown, applied = position_in(*views), position_followed(log)
    return lambda source: shown(source) if source == log.name else applied(source)
