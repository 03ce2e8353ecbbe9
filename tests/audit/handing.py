"""Keyring beside audit: what it hands over to auditors, and what its own log says of that."""

from pathlib import Path
from uuid import UUID

from services.audit.adapters.keyring import RemoteKeyring
from services.audit.policies import FOLLOWS
from services.keyring.contract import CONTRACT
from services.keyring.domain.managed_key import ManagedKey
from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys, private_key
from shared.kernel.clock import Clock, SystemClock
from shared.stores.settings import EventStoreSettings
from tests.keyring.place import Place
from tests.neighbours.in_process import InProcess


class Handing:
    """``client``: asks as audit does, and takes tokens of ``issuers``. ``keyring``: audit's way
    to it."""

    def __init__(
        self, data: Path, keys: Path, *issuers: DevelopmentIssuer, clock: Clock | None = None
    ) -> None:
        generate_service_keys(keys, ["keyring"])
        store = EventStoreSettings(data_dir=data)
        self.place = Place(store, keys, clock or SystemClock(), private_key(keys, "keyring"))
        self.client = InProcess("audit", keys, issuers)
        self.client.knows(CONTRACT, self.place.app)
        self.keyring = RemoteKeyring(self.client, FOLLOWS)

    def make_keys(self, *records: UUID) -> None:
        for record in records:
            self.place.keys("identity", create=True).current(record)

    @property
    def opened(self) -> list[tuple[UUID | None, str]]:
        """Records whose keys were handed over, and to whom."""
        events = [row.event for row in self.place.app.read(0, 100)]
        handed = [event for event in events if isinstance(event, ManagedKey.OpenedForAudit)]
        return [(event.record_id, event.by["on_behalf_of"]["id"]) for event in handed]

    def close(self) -> None:
        self.place.app.close()
