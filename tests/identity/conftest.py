"""The application on a real event store, at a time that moves when told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.identity.adapters.proof import SignedPdf
from services.identity.application import Delays, Identity
from services.identity.domain.rate import Rate
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.kernel.ins import TEST_OIDS
from shared.kernel.ins_rules import InsRules
from shared.stores.settings import EventStoreSettings
from tests.identity.people import NOW
from tests.support.signing import SIGNING_KEY


@dataclass
class AccessSeen:
    """Stands for access, which the use cases only wait for: keeps what was waited for."""

    waited: list[tuple[UUID, int]] = field(default_factory=list)

    def have_applied(self, record_id: UUID, position: int) -> None:
        self.waited.append((record_id, position))


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
        made.append(
            Identity(
                settings,
                LocalKeys(b"k" * 32, "identity"),
                clock,
                delays=Delays(opposition=timedelta(days=42), activation_code=timedelta(days=30)),
                ins_rules=InsRules(accepted=TEST_OIDS, strict_keys=frozenset()),
                resolve_rate=Rate(3),
                proofs=SignedPdf(SIGNING_KEY),
                access=access,
            )
        )
        return made[-1]

    yield make
    for identity in made:
        identity.close()


@pytest.fixture
def identity(make_identity: Callable[[EventStoreSettings], Identity], tmp_path: Path) -> Identity:
    return make_identity(EventStoreSettings(data_dir=tmp_path))
