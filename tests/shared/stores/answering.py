"""Run by a test that kills it: eight threads save, and print each answer they were given."""

import sys
from pathlib import Path
from threading import Lock, Thread
from uuid import UUID, uuid4

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import PATIENT, Boxes, Permission
from tests.shared.stores.conftest import NOW

printing = Lock()


def ask(log: Boxes) -> None:
    while True:
        request = Permission(request_id=uuid4(), box_id=UUID(int=1))
        position = log.permit(request, PATIENT).position
        with printing:
            print(request.request_id, position, flush=True)  # noqa: T201 - its answer


def main(dsn: str, folder: str) -> None:
    store = EventStoreSettings(postgres_dsn=dsn or None, data_dir=None if dsn else Path(folder))
    log = Boxes(store, LocalKeys(bytes(range(32)), "boxes"), FixedClock(NOW))
    for _ in range(8):
        Thread(target=ask, args=(log,), daemon=True).start()
    Thread(target=ask, args=(log,)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
