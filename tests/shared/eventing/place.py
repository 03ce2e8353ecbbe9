"""Where the stores of a world are, for another process to open them."""

import json
from dataclasses import dataclass
from pathlib import Path

from shared.stores.settings import EventStoreSettings
from tests.shared.eventing.world import World


@dataclass(frozen=True)
class Place:
    notes_dsn: str | None
    tally_dsn: str | None
    folder: str
    amqp_uri: str

    @classmethod
    def of(cls, world: World) -> "Place":
        return cls(
            world.notes_store.postgres_dsn,
            world.tally_store.postgres_dsn,
            str(world.views),
            world.amqp_uri,
        )

    def to_text(self) -> str:
        return json.dumps(self.__dict__)

    def world(self) -> World:
        return World(
            self._store(self.notes_dsn),
            self._store(self.tally_dsn),
            Path(self.folder),
            self.amqp_uri,
        )

    def _store(self, dsn: str | None) -> EventStoreSettings:
        if dsn:
            return EventStoreSettings(postgres_dsn=dsn)
        return EventStoreSettings(data_dir=Path(self.folder))
