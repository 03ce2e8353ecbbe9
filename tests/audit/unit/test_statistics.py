"""What is published says how many, and never of how few."""

import pytest

from services.audit.adapters.rules import measures
from services.audit.domain.statistics import (
    SMALLEST,
    Cell,
    months_between,
    publish,
    since_beginning,
)

DEPOSIT = {"by": {"kind": "facility"}, "by_patient": False, "class": "10", "type": "51969-4"}


@pytest.mark.parametrize(
    ("given", "contributor"),
    [
        ({}, "facility"),
        ({"by": {"kind": "professional"}}, "liberal"),
        ({"by": {"kind": "service", "on_behalf_of": {"kind": "professional"}}}, "liberal"),
        ({"by_patient": True, "by": {"kind": "patient"}}, "person"),
        ({"type": "11502-2"}, "laboratory"),
        ({"class": "31"}, "imaging"),
        ({"type": "18748-4", "by": {"kind": "professional"}}, "imaging"),
    ],
)
def test_documents_count_by_kind_of_contributor(given: dict[str, object], contributor: str) -> None:
    """Facility, laboratory, imaging, liberal, person; and by type. What a service carries, as an
    ordonnance, is of who wrote it."""
    data = {**DEPOSIT, **given}

    facts = measures().facts("vault.document_deposited", data)

    assert facts == [("documents_by_contributor", contributor), ("documents_by_type", data["type"])]


@pytest.mark.parametrize(
    ("type_", "fact"),
    [
        ("identity.record_opened", ("records", "opened")),
        ("identity.record_activated", ("records", "activated")),
        ("identity.record_opposed", ("records", "opposed")),
        ("identity.record_closed", ("records", "closed")),
        ("messaging.message_sent", ("messages", "sent")),
        ("agenda.appointment_added", ("appointments", "added")),
        ("catalogue.authorisation_granted", ("services", "authorised")),
        ("access.glass_broken", ("emergency_accesses", "declared")),
        ("access.break_glass_reviewed", ("emergency_accesses", "reviewed")),
    ],
)
def test_what_a_ministry_would_publish(type_: str, fact: tuple[str, str]) -> None:
    """Every measure that the issue of the statistics names."""
    assert measures().facts(type_, {}) == [fact]


def test_refusals_are_counted_and_lists_are_not() -> None:
    """A list shows what may be shown: nobody was refused anything."""
    refused = {"permit": False, "listing": False, "action": "read"}

    assert measures().facts("access.access_decided", refused) == [("refusals", "read")]
    assert measures().facts("access.access_decided", {**refused, "listing": True}) == []
    assert measures().facts("access.access_decided", {**refused, "permit": True}) == []
    assert measures().facts("access.access_decided", {**refused, "scope": "double"}) == []


def shown(counts: dict[Cell, int], *months: str) -> dict[tuple[str, str], int | None]:
    return {(cell.month, cell.value): cell.count for cell in publish(counts, months)}


@pytest.mark.parametrize(("count", "seen"), [(1, None), (10, None), (11, 11), (250, 250)])
def test_counts_under_eleven_are_hidden(count: int, seen: int | None) -> None:
    """As for statistics of the national health data system."""
    assert SMALLEST == 11
    assert shown({("2026-11", "messages", "sent"): count}, "2026-11") == {("2026-11", "sent"): seen}


def test_one_hidden_count_is_not_told_by_the_others() -> None:
    """Two breakdowns have the same sum: with one cell hidden alone, it could be told."""
    counts = {
        ("2026-11", "documents_by_type", "a"): 400,
        ("2026-11", "documents_by_type", "b"): 30,
        ("2026-11", "documents_by_type", "c"): 4,
        ("2026-11", "documents_by_contributor", "facility"): 400,
        ("2026-11", "documents_by_contributor", "liberal"): 34,
    }

    cells = shown(counts, "2026-11")

    assert cells["2026-11", "c"] is None
    assert cells["2026-11", "b"] is None
    assert cells["2026-11", "a"] == 400
    assert cells["2026-11", "liberal"] == 34


def test_growth_is_told_where_both_months_are() -> None:
    """In per cent, against the month before."""
    counts = {
        ("2026-09", "messages", "sent"): 5,
        ("2026-10", "messages", "sent"): 40,
        ("2026-11", "messages", "sent"): 50,
    }

    growth = [cell.growth for cell in publish(counts, months_between("2026-09", "2026-11"))]

    assert growth == [None, None, 25.0]


def test_totals_since_the_beginning_tell_no_small_count() -> None:
    """Rounded down to tens: the difference of two is no count of a few."""
    counts = {("2026-10", "records", "opened"): 118, ("2026-11", "records", "opened"): 3}

    assert [s.count for s in since_beginning(counts, "2026-10")] == [110]
    assert [s.count for s in since_beginning(counts, "2026-11")] == [120]
    assert since_beginning({("2026-10", "records", "closed"): 4}, "2026-10") == []


def test_months_go_over_the_year() -> None:
    """Both included."""
    assert months_between("2026-11", "2027-02") == ["2026-11", "2026-12", "2027-01", "2027-02"]
