"""Domain: the life of a key."""

from typing import Any
from uuid import uuid4

import pytest

from services.keyring.domain.errors import KeyIsDestroyed
from services.keyring.domain.holders import holder_of, record_holder, service_holder
from services.keyring.domain.managed_key import ManagedKey

BY: dict[str, Any] = {"kind": "service", "id": "identity"}
RECORD = uuid4()


def a_key() -> ManagedKey:
    key = ManagedKey.create(uuid4(), holder=record_holder(RECORD), record_id=RECORD, by=BY)
    key.collect_events()
    return key


def test_every_event_says_who_and_of_which_record() -> None:
    """
    An auditor needs nothing else to know whose key it was and who asked.
    """
    key = ManagedKey.create(uuid4(), holder=record_holder(RECORD), record_id=RECORD, by=BY)
    key.rotate(by=BY)
    key.open_for_audit(2, by=BY)
    key.destroy({"signature": "00"}, by=BY)

    events: list[Any] = list(key.collect_events())

    assert [type(e).TOPIC for e in events] == [
        "keyring.key_created",
        "keyring.key_rotated",
        "keyring.key_opened_for_audit",
        "keyring.key_destroyed",
    ]
    assert all((e.record_id, e.by) == (RECORD, BY) for e in events)


def test_versions_count_up() -> None:
    """
    A version number is used once.
    """
    key = a_key()

    assert [key.rotate(by=BY), key.rotate(by=BY)] == [2, 3]


def test_nothing_happens_to_a_destroyed_key() -> None:
    """
    Refused, and recorded nowhere.
    """
    key = a_key()
    key.destroy({"signature": "00"}, by=BY)
    key.collect_events()

    for attempt in (
        lambda: key.rotate(by=BY),
        lambda: key.open_for_audit(1, by=BY),
        lambda: key.destroy({}, by=BY),
    ):
        with pytest.raises(KeyIsDestroyed):
            attempt()
    assert list(key.collect_events()) == []


def test_a_record_is_never_mistaken_for_a_service() -> None:
    """
    Whatever a service is called, its key is not a record's.
    """
    assert holder_of(RECORD, "vault") == record_holder(RECORD)
    assert holder_of(None, "vault") == service_holder("vault")
    assert record_holder(RECORD) != service_holder(str(RECORD))
