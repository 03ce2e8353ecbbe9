"""Under which record the items of a merged one are served, as identity tells of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from shared.crypto.local_keys import LocalKeys
from shared.eventing.kin import MERGES, kin_of, served_together, served_under
from shared.eventing.received import Received, upcast
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.shared.eventing.sample import Notes

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TARGET, SOURCE, OTHER = (uuid5(NAMESPACE_URL, name) for name in ("target", "source", "other"))


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    keys = LocalKeys(b"k" * 32, "notes")
    with Notes(EventStoreSettings(data_dir=tmp_path), keys, FixedClock(NOW)) as log:
        yield log


def told(type_: str, source: UUID, record: UUID | None = TARGET, position: int = 7) -> Received:
    return Received(
        publisher="identity",
        type=f"identity.{type_}",
        version=1,
        key=f"{TARGET}.1",
        epoch="e1",
        position=position,
        occurred_at=NOW,
        record=record,
        data={"source": str(source)},
    )


def hear(notes: Notes, received: Received) -> None:
    outcome = MERGES[received.type](notes, received)
    assert outcome
    notes.commit(outcome)


def test_a_record_never_merged_is_served_alone(notes: Notes) -> None:
    assert served_under(notes, SOURCE) == SOURCE
    assert served_together(notes, SOURCE) == [SOURCE]
    assert kin_of(notes, SOURCE) is None


def test_merged_records_are_served_under_the_target_which_comes_first(notes: Notes) -> None:
    """Whichever of them is asked for; told twice, it is no more than once."""
    hear(notes, told("records_merged", SOURCE))
    hear(notes, told("records_merged", OTHER))
    hear(notes, told("records_merged", SOURCE))
    for asked in (TARGET, SOURCE, OTHER):
        assert served_under(notes, asked) == TARGET
        assert served_together(notes, asked) == [TARGET, SOURCE, OTHER]


def test_a_split_gives_each_its_own_again_and_no_other(notes: Notes) -> None:
    hear(notes, told("records_merged", SOURCE))
    hear(notes, told("records_merged", OTHER))
    hear(notes, told("records_split", SOURCE))
    assert served_together(notes, SOURCE) == [SOURCE]
    assert served_together(notes, OTHER) == [TARGET, OTHER]


def test_who_told_is_in_the_event(notes: Notes) -> None:
    """The service that knew of it, and this one for the stream it begins."""
    hear(notes, told("records_merged", SOURCE))
    events = list(notes.events.get(kin_of(notes, SOURCE).id))  # type: ignore[union-attr]  # it is there
    assert [event.by for event in events] == [  # type: ignore[attr-defined]  # events of kin have it
        {"kind": "service", "id": "notes"},
        {"kind": "service", "id": "identity"},
    ]


@pytest.mark.parametrize("type_", ["records_merged", "records_split"])
def test_a_message_without_record_changes_nothing(notes: Notes, type_: str) -> None:
    assert MERGES[f"identity.{type_}"](notes, told(type_, SOURCE, record=None)) is None


def test_the_request_id_of_a_message_is_the_same_for_ever() -> None:
    """Another formula after an upgrade would do once more what was done: RFC 9562, version 5,
    of publisher, epoch and position."""
    namespace = UUID("6b9cf1c1-5c0f-4b58-9a52-6e1b1f7f2b5e")
    one = told("records_merged", SOURCE)
    assert one.request_id == uuid5(namespace, "identity/e1/7")
    assert told("records_merged", SOURCE, position=8).request_id != one.request_id


def test_an_old_message_goes_through_every_step() -> None:
    """What it was is not touched: it may be parked, and tried again."""
    old = told("records_merged", SOURCE)
    steps = {
        (old.type, 1): lambda data: data | {"second": 2},
        (old.type, 2): lambda data: data | {"third": data["second"] + 1},
        ("identity.another", 3): dict,
    }
    new = upcast(old, steps)
    assert (new.version, new.data["third"]) == (3, 3)
    assert old.data == {"source": str(SOURCE)}
    assert upcast(new, steps) == new
