"""What a message does to a followed view, before any view is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import singledispatchmethod
from importlib import import_module
from inspect import getattr_static, getmembers, isclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.eventing.received import Received
from shared.eventing.view import takes, writes_of
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


class Came:
    """An event."""


class CameAgain(Came):
    """One of the same kind."""


class Went:
    """Another."""


class Comings(Notes):
    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: Came) -> Sequence[Write]:
        return [Put("a", {})]


class Looks(Comings):
    def writes(self, event: object) -> Sequence[Write]:
        return super().writes(event)


@pytest.mark.parametrize(
    ("projection", "kind", "taken"),
    [
        (Comings(), Came, True),
        (Comings(), CameAgain, True),
        (Comings(), Went, False),
        (Looks(), Went, True),
        (Notes(), Went, True),
    ],
)
def test_a_view_by_class_of_event_takes_those_it_has_a_method_for(
    projection: Notes, kind: type, taken: bool
) -> None:
    """
    One that looks for itself is shown everything.
    """
    assert takes(projection, kind) is taken


def by_class() -> list[type]:
    """The projections of all services whose methods are found by the class of an event."""
    modules = [
        import_module(".".join(file.with_suffix("").parts))
        for file in sorted(Path("services").glob("*/projections/*.py"))
    ]
    return [
        found
        for module in modules
        for _, found in getmembers(module, isclass)
        if found.__module__ == module.__name__
        and isinstance(getattr_static(found, "writes", None), singledispatchmethod)
    ]


@pytest.mark.parametrize("projection", by_class(), ids=lambda found: found.__name__)
def test_what_a_projection_has_no_method_for_does_nothing_to_it(projection: type) -> None:
    """
    It is not shown such an event, so what it would do then must be nothing.
    """
    otherwise = getattr_static(projection, "writes").dispatcher.dispatch(object)

    assert not otherwise(None, object())
