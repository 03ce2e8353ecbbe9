"""What a message does to a followed view, before any view is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from shared.eventing.received import Received
from shared.eventing.view import writes_of
from shared.stores.documents import Delete, Put, Write

RECORD = uuid4()


class Notes:
    NAME = "notes"
    VERSION = 1

    def writes(self, received: Received) -> Sequence[Write]:
        return [Put("a", {"type": received.type})]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Delete(str(record_id))]


@pytest.mark.parametrize(
    ("type_", "record", "written"),
    [
        ("identity.record_erased", RECORD, [Delete(str(RECORD))]),
        ("identity.record_closed", RECORD, [Put("a", {"type": "identity.record_closed"})]),
        ("identity.record_erased", None, [Put("a", {"type": "identity.record_erased"})]),
    ],
)
def test_an_erasure_leaves_nothing_in_any_view(
    type_: str, record: UUID | None, written: list[Write]
) -> None:
    """
    No projection has to think of it, so none can forget it.
    """
    received = Received(
        publisher="identity",
        type=type_,
        version=1,
        key="k",
        epoch="e",
        position=1,
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
        record=record,
        data={},
    )

    assert writes_of(Notes(), received) == written
