"""The application on a real event store, at a time that moves when told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.identity.adapters.proof import SignedPdf
from services.identity.adapters.registry import RegistryFile
from services.identity.application import Delays, Identity, Limits, Outside
from services.identity.bootstrap import TEST_PEOPLE
from services.identity.domain.rate import Rate
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.kernel.ins import TEST_OIDS
from shared.kernel.ins_rules import InsRules
from shared.stores.settings import EventStoreSettings
from tests.identity.lives import SIX_WEEKS, announce
from tests.identity.people import INSURER, NOW, TRAITS, announcement
from tests.identity.world import World, new_world
from tests.support.signing import SIGNING_KEY

INS_RULES = InsRules(accepted=TEST_OIDS, strict_keys=frozenset())


@dataclass
class AccessSeen:
    """Stands for access, which the use cases only wait for: keeps what was waited for."""

    waited: list[tuple[UUID, int]] = field(default_factory=list)

    def have_applied(self, record_id: UUID, position: int) -> None:
        self.waited.append((record_id, position))


@dataclass
class KeysGone:
    """Stands for keyring, which a unit test has not: the keys that seal this log go."""

    keys: LocalKeys

    def make(self, record_ids: Sequence[UUID]) -> None:
        """Local keys need not be made."""

    def destroy(self, record_id: UUID, certificate_of: UUID) -> dict[str, Any]:
        self.keys.erase(record_id)
        return {
            "record_id": str(record_id),
            "versions": 1,
            "destroyed_at": NOW.isoformat(),
            "certificate_of": str(certificate_of),
            "last_backup_expires": NOW.isoformat(),
            "signature": "00",
        }


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def access() -> AccessSeen:
    return AccessSeen()


@pytest.fixture
def make_identity(
    clock: FixedClock, access: AccessSeen
) -> Iterator[Callable[[EventStoreSettings], Identity]]:
    made = []

    def make(settings: EventStoreSettings) -> Identity:
        keys = LocalKeys(b"k" * 32, "identity")
        made.append(
            Identity(
                settings,
                keys,
                clock,
                delays=Delays(
                    opposition=timedelta(days=42),
                    contesting=timedelta(days=42),
                    activation_code=timedelta(days=30),
                    erasure=timedelta(days=60),
                ),
                limits=Limits(activation_tries=5, campaigns=False),
                ins_rules=INS_RULES,
                rate=Rate(3),
                outside=Outside(
                    proofs=SignedPdf(SIGNING_KEY),
                    access=access,
                    insi=RegistryFile(TEST_PEOPLE, INS_RULES),
                    keyring=KeysGone(keys),
                ),
            )
        )
        return made[-1]

    yield make
    for identity in made:
        identity.close()


@pytest.fixture
def identity(make_identity: Callable[[EventStoreSettings], Identity], tmp_path: Path) -> Identity:
    return make_identity(EventStoreSettings(data_dir=tmp_path))


@pytest.fixture
def world(identity: Identity, clock: FixedClock, tmp_path: Path) -> World:
    return new_world(identity, clock, tmp_path)


@pytest.fixture
def pair(world: World) -> tuple[UUID, UUID]:
    """Source with an INS, target without: open records of one person, told apart by a typo."""
    source = announce(world)
    target = announce(world, traits=TRAITS | {"birth_name": "PAT-TROIX"}, ins=None)
    world.pass_time(SIX_WEEKS)
    return source, target


@pytest.fixture
def announced(identity: Identity) -> Callable[..., UUID]:
    def announce(**changes: Any) -> UUID:
        return identity.announce_record(announcement(**changes), INSURER).record_id

    return announce
