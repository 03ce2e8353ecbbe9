"""Stored events are read as the library would read them, and written byte for byte as it does."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import (
    DatetimeAsISO,
    DecimalAsStr,
    JSONTranscoder,
    TranscodingNotRegisteredError,
    UUIDAsHex,
)

from shared.stores.sealed_mapper import DateAsISO, our_transcoder

ID = UUID("0190a000-0000-7000-8000-000000000001")
STATES: dict[str, dict[str, Any]] = {
    "typed attributes": {"id": ID, "at": datetime(2026, 3, 1, tzinfo=UTC), "day": date(2026, 3, 1)},
    "typed deep inside": {"id": ID, "ids": [ID, ID], "dose": {"value": Decimal("0.1")}},
    "plain": {"by": {"kind": "patient"}, "codes": ["N"], "none": None, "flag": True},
    "numbers": {"big": 2**70, "small": -1, "part": 0.1, "exact": 1e22, "least": 5e-324},
    "texts": {"accents": "é\u2028😀", "quoted": '"_type_":"uuid_hex"'},
    "looks typed": {
        "one": {"_type_": "uuid_hex"},
        "key": {"_data_": 1, "x": 2},
        "other": {"_type_": "uuid_hex", "x": 2},
        "more": {"_type_": "uuid_hex", "_data_": "1", "x": 2},
    },
    "a word like the mark": {"word": "_type_", "id": ID},
}


def of_the_library() -> JSONTranscoder:
    transcoder = JSONTranscoder()
    for transcoding in (UUIDAsHex(), DecimalAsStr(), DatetimeAsISO(), DateAsISO()):
        transcoder.register(transcoding)
    return transcoder


@pytest.mark.parametrize("name", STATES)
def test_states_are_read_and_written_as_by_the_library(name: str) -> None:
    """
    A log is for ever: bytes of before open as they did, and no byte changes.
    """
    data = of_the_library().encode(STATES[name])

    assert our_transcoder().encode(STATES[name]) == data
    assert our_transcoder().decode(data) == of_the_library().decode(data) == STATES[name]


def test_half_a_surrogate_pair_is_read_as_by_the_library() -> None:
    """
    JSON may hold one, escaped, though neither of us writes it.
    """
    data = b'{"half":"\\ud800"}'

    assert our_transcoder().decode(data) == of_the_library().decode(data)


def test_a_type_that_nobody_registered_is_refused() -> None:
    """
    An event of another version of the code must not be read as a plain dict.
    """
    data = b'{"day":{"_type_":"moon_phase","_data_":"new"}}'

    with pytest.raises(TranscodingNotRegisteredError):
        our_transcoder().decode(data)
