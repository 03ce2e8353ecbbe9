"""The stored bytes of every event version still read."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from services.keyring.domain.managed_key import ManagedKey, Rewrapping
from services.keyring.messages import message_for
from shared.crypto.event_cipher import RowIdentity, seal_state
from shared.crypto.local_keys import LocalKeys
from shared.stores.sealed_mapper import SealedMapper, our_transcoder

GOLDEN = Path(__file__).parents[1] / "golden"
KEYS = LocalKeys(bytes(32), "keyring")
TOPICS = {
    getattr(event, "TOPIC", None)
    for aggregate in (ManagedKey, Rewrapping)
    for event in vars(aggregate).values()
    if isinstance(event, type) and event.__name__ != "Event"
}


def test_every_event_has_a_golden_file() -> None:
    """
    A shape that was ever stored is never forgotten.
    """
    stored = {json.loads(file.read_text())["topic"] for file in GOLDEN.glob("*.json")}

    assert stored == TOPICS


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_it_still_loads_and_is_still_published(file: Path) -> None:
    """
    What was written then is read now, with all it said, and can be told to others.
    """
    golden = json.loads(file.read_text())
    row = RowIdentity("keyring", uuid4(), 1, golden["topic"])
    state = seal_state(KEYS.current(None), row, json.dumps(golden["state"]).encode())
    mapper = SealedMapper(our_transcoder(), store="keyring", keys=KEYS)

    event = mapper.to_domain_event(StoredEvent(row.originator_id, 1, row.topic, state))

    known = {name for name in golden["state"] if name != "class_version"}
    assert known <= set(vars(event))
    assert message_for(event) is not None
