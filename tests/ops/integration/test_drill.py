"""The whole drill on an embedded Carnet: deposit, back up while it serves, lose everything,
restore, open. What an operator does on one machine in an emergency, on the same one."""

from functools import partial
from threading import Event, Thread

import pytest

from tests.ops.embedded import Embedded
from tests.support.deadline import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_what_was_deposited_before_the_backup_opens_after_the_restore(served: Embedded) -> None:
    """Deposits go on while it is taken; each that was acknowledged before it began is found in
    its list, opens, and is what was deposited. Then the place goes on as any other."""
    acknowledged: list[tuple[str, str]] = []
    stop = Event()

    def keep_depositing() -> None:
        while not stop.is_set():
            acknowledged.append(served.deposit())

    writer = Thread(target=keep_depositing)
    writer.start()
    try:
        eventually(lambda: len(acknowledged) >= 3, within=60)
        before = list(acknowledged)
        served.ops("backup", str(served.backups))
    finally:
        stop.set()
        writer.join()
    served.stop_services()
    served.lose_everything()

    said = served.ops("restore", str(served.backups))

    assert "every log is complete" in said
    assert "thrown away at the broker" in said
    served.start_services()
    assert {document: served.open(document) for document, _ in before} == dict(before)
    eventually(lambda: {document for document, _ in before} <= served.listed(), within=60)
    document, content = served.deposit()
    assert served.open(document) == content
    for process in served.deployment.processes:
        eventually(partial(served.deployment.ready, process), within=60)
