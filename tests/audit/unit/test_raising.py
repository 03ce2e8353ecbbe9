"""Each thing that must not be is told, once."""

from services.audit.domain.anomaly import Anomaly, AnomalyKind
from tests.audit.world import World


def raised(world: World) -> list[tuple[str, str, str, int]]:
    events = [row.event for row in world.audit.read(0, 20)]
    return [
        (event.kind, event.service, event.epoch, event.position)
        for event in events
        if isinstance(event, Anomaly.Created)
    ]


def test_another_hole_is_another_anomaly(world: World) -> None:
    """By kind, service, epoch and place; found again, it says nothing new."""
    each = [
        (AnomalyKind.HOLE, "vault", "e1", 4),
        (AnomalyKind.HOLE, "vault", "e1", 9),
        (AnomalyKind.HOLE, "vault", "e2", 4),
        (AnomalyKind.HOLE, "access", "e1", 4),
        (AnomalyKind.FORK, "vault", "e1", 4),
    ]
    for kind, service, epoch, position in each * 2:
        world.audit.raise_anomaly(kind, service=service, epoch=epoch, position=position)

    assert raised(world) == [(kind.value, *where) for kind, *where in each]
