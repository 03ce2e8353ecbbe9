"""Versions of one key: each opens what it sealed, and no other is handed over in its place."""

from uuid import UUID, uuid4

import pytest

from services.keyring.domain.errors import KeyLost, KeyUnknown
from shared.crypto.handover import Recipient
from shared.crypto.remote_keys import OpenedKey
from tests.keyring.place import OPERATOR, Place, service

HALF = Recipient().half


def rotated(place: Place) -> UUID:
    """A record whose key has three versions."""
    record = place.new_record()
    for _ in range(2):
        place.call("rotate", OPERATOR, request_id=uuid4(), record_id=record)
    return record


def opened(place: Place, record: UUID, version: int | None) -> OpenedKey:
    answer = place.call(
        "open_key",
        service("vault"),
        record_id=record,
        purpose="use",
        recipient=HALF,
        version=version,
    )
    assert isinstance(answer, OpenedKey)
    return answer


def test_what_is_handed_over_is_the_version_asked_for(place: Place) -> None:
    """
    And it is told whether new rows are sealed under it; one that is not there is not made up.
    """
    record = rotated(place)

    told = [opened(place, record, version) for version in (None, 1, 2, 3)]

    assert [(key.version, key.current) for key in told] == [
        (3, True),
        (1, False),
        (2, False),
        (3, True),
    ]
    with pytest.raises(KeyUnknown):
        opened(place, record, 4)


def test_the_certificate_says_how_many_versions_were_destroyed(place: Place) -> None:
    """
    Of all that there were.
    """
    record = rotated(place)
    assert place.destroy(record).certificate.versions == 3


def test_many_keys_are_not_made_where_one_was_lost(place: Place) -> None:
    """
    The log knows better than an empty table: made anew, it would open nothing of before.
    """
    record = place.new_record()
    with place.app.guarded.writing() as sql:
        sql("DELETE FROM keyring_keys WHERE holder = ?", f"record:{record}")

    with pytest.raises(KeyLost):
        place.call("make_keys", service("identity"), record_ids=[uuid4(), record])
    assert place.topics() == ["keyring.key_created"]
