"""Two records of one person, and how they become one."""

from uuid import UUID, uuid4

from services.identity.contract.doubles import ConfirmMerge, ProposeMerge, RecordsMerged
from services.identity.contract.reading import Resolve
from shared.kernel.actor import Actor, ActorKind
from tests.identity.people import INSURER, VAULT
from tests.identity.world import World

COLLEAGUE = Actor(kind=ActorKind.OPERATOR, id="vigilance-2")
OTHER = UUID("0190a000-0000-7000-8000-000000000009")


def merge(world: World, source: UUID, target: UUID) -> RecordsMerged:
    return world.identity.confirm_merge(
        ConfirmMerge(request_id=uuid4(), merge_id=propose(world, source, target)), COLLEAGUE
    )


def propose(world: World, source: UUID, target: UUID) -> UUID:
    proposed = world.identity.propose_merge(
        ProposeMerge(request_id=uuid4(), source=source, target=target, reason="same_traits"),
        INSURER,
    )
    return proposed.merge_id


def found_by(world: World, ins: dict[str, str]) -> UUID | None:
    return world.identity.resolve(Resolve(ins=ins), VAULT).record_id
