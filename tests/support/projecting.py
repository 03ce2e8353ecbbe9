"""A service's own read models, brought up to its log in the test's own thread."""

from shared.eventing.project import Projector
from shared.eventing.view import View
from shared.stores.event_log import EventLog


def catch_up(log: EventLog, *views: View) -> None:
    """As ``<service>.project`` does, until nothing is left."""
    for view in views:
        settle(Projector(log, view))


def settle(projector: Projector) -> None:
    while projector.turn():
        pass
