"""Lists speak only of what their reader may see."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.vault.contract.life import Mask
from services.vault.contract.reading import ChangesSince, Search, Versions
from services.vault.projections.document_rows import place
from services.vault.projections.documents import DocumentList
from shared.crypto.fields import open_field
from shared.crypto.sealing import NotAuthentic
from shared.kernel.clock import instant
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.stores.documents import At, Patch
from tests.vault.cda import JPEG, PDF, PNG, TEXT, cda, replacing
from tests.vault.world import (
    DOCTOR,
    HOSPITAL,
    METADATA,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    STRANGER,
    World,
)


def search(**how: object) -> Search:
    """Of all times: without a day, professionals are answered with two years."""
    return Search.model_validate({"record_id": RECORD, "from": "1900-01-01", **how})


def deposit(world: World, number: int, **how: object) -> UUID:
    made = cda(id_=f'<id root="1.2.3.4" extension="{number}"/>', **how)  # type: ignore[arg-type]  # passed through
    return world.deposit(made).document_id


def act(day: str) -> str:
    return (
        f'<documentationOf><serviceEvent><effectiveTime><low value="{day}"/></effectiveTime>'
        "</serviceEvent></documentationOf>"
    )


def ids(world: World, by=DOCTOR, **how: object) -> list[UUID]:  # type: ignore[no-untyped-def]  # an actor
    world.project()
    return [item.document_id for item in world.vault.search(search(**how), by).items]


def test_latest_act_first_and_only_of_that_record(world: World) -> None:
    """The date of the act orders a record, not the day it was put in."""
    old = deposit(world, 1, acts=act("20200101"))
    new = deposit(world, 2, acts=act("20240101"))
    world.deposit(PDF, record_id=str(OTHER_RECORD), metadata=METADATA)

    assert ids(world) == [new, old]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"text": "operatoire"}, "surgery"),
        ({"text": "ÉSSAI opératoire"}, "surgery"),
        ({"text": "essai rien"}, None),
        ({"type": "34874-8"}, "surgery"),
        ({"class": "31"}, "image"),
        ({"heading": "RADIO_SC"}, "image"),
        ({"from": "2024-01-01"}, "surgery"),
        ({"to": "2020-12-31"}, "image"),
        ({"from": "2020-01-01", "to": "2020-01-01"}, "image"),
        ({"author": "899700218896"}, "image"),
        ({"source": "person"}, "notebook"),
    ],
)
def test_filters(world: World, wanted: dict[str, object], found: str | None) -> None:
    """Each alone; texts in any order, whatever their case and accents."""
    documents = {
        "surgery": deposit(
            world, 1, code='<code code="34874-8"/>', title="<title>CR opératoire</title>",
            acts=act("20240201"),
        ),
        "image": world.deposit(
            JPEG,
            record_id=str(RECORD),
            metadata=METADATA
            | {"type": "18748-4", "title": "Radio", "service_start": "2020-01-01",
               "author": "899700218896"},
        ).document_id,
        "notebook": world.deposit(
            TEXT, by=PATIENT, record_id=str(RECORD),
            metadata={"type": "EXPPAT_2", "title": "Carnet", "creation": "2022",
                      "service_start": "2022-06-15"},
        ).document_id,
    }  # fmt: skip

    shown = ids(world, **wanted)

    if found is None:
        assert shown == []
    elif found == "surgery" and "from" in wanted:
        assert shown == [documents["surgery"]]
    else:
        assert shown == [documents[found]]


def test_replaced_versions_are_shown_on_demand(world: World) -> None:
    """A first search is of what is in force."""
    first = deposit(world, 1)
    second = deposit(world, 2, related=replacing("1.2.3.4^1"))

    assert ids(world) == [second]
    assert set(ids(world, include_replaced=True)) == {first, second}


def test_totals_facets_and_pages_leave_out_what_is_hidden(world: World) -> None:
    """A count that says "one more" tells that something is hidden."""
    for number in range(5):
        deposit(world, number, acts=act(f"202401{number + 1:02}"))
    deposit(world, 9, confidentiality=["MASQUE_PS"], code='<code code="34874-8"/>')
    world.project()

    found = world.vault.search(search(limit=2), DOCTOR)

    assert found.total == 5
    assert found.facets == {
        "type": {"34112-3": 5},
        "class": {"10": 5},
        "heading": {"CPT_REND": 5},
        "source": {"professional": 5},
        "state": {"Approved": 5},
    }
    seen = list(found.items)
    while found.next_cursor:
        found = world.vault.search(search(limit=2, cursor=found.next_cursor), DOCTOR)
        assert found.total == 5
        seen += found.items
    assert [item.service_start for item in seen] == [f"2024-01-0{n}" for n in (5, 4, 3, 2, 1)]


def test_each_distinct_tuple_is_asked_about_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record of thousands of documents has a few dozen kinds of them."""
    for number in range(4):
        deposit(world, number)
    deposit(world, 9, confidentiality=["MASQUE_PS"])
    world.project()
    asked = []
    decide_many = world.access.decide_many

    def counted(record_id, action, tuples, by, how):  # type: ignore[no-untyped-def]  # as decide_many
        asked.append(len(tuples))
        return decide_many(record_id, action, tuples, by, how)

    monkeypatch.setattr(world.access, "decide_many", counted)

    world.vault.search(search(), DOCTOR)

    assert asked == [2]


def test_a_record_one_may_not_read_is_not_listed(world: World) -> None:
    """Not even as empty: an unknown record and a closed door get the same answer."""
    deposit(world, 1)
    world.access.block(RECORD, DOCTOR)

    faults = []
    for record_id in (RECORD, uuid4()):
        with pytest.raises(Forbidden) as refusal:
            world.vault.search(search(record_id=record_id), DOCTOR)
        fault = refusal.value.to_fault()
        fault.pop("decision_id")
        faults.append(fault)
    assert faults[0] == faults[1]


@pytest.mark.parametrize("cursor", ["nope", "W1tb" * 900], ids=["words", "lists in lists"])
def test_a_cursor_of_another_list(world: World, cursor: str) -> None:
    """A caller can tell which field was wrong."""
    with pytest.raises(InvalidRequest) as refusal:
        world.vault.search(search(cursor=cursor), DOCTOR)
    assert set(refusal.value.fields) == {"cursor"}


def test_changes_are_by_the_instant_of_deposit(world: World) -> None:
    """Creation may be days before: never used to find what is new (annexe dates XDS)."""
    deposit(world, 1, acts=act("20260101"))
    world.clock.move(timedelta(hours=1))
    since = world.clock.now()
    late = deposit(world, 2, acts=act("20100101"))
    world.project()

    changes = world.vault.changes_since(
        ChangesSince.model_validate({"record_id": RECORD, "instant": instant(since)}), DOCTOR
    )

    assert [item.document_id for item in changes.items] == [late]


def test_in_an_emergency_lists_are_decided_as_one(world: World) -> None:
    """What is opened then can be found then; and not without saying so."""
    document_id = world.deposit(cda()).document_id
    session = world.access.break_glass(RECORD, STRANGER)
    world.project()
    emergency = {"mode": "break_glass", "session": session}

    found = world.vault.search(search(**emergency), STRANGER).items
    versions = world.vault.versions(Versions(logical_id=document_id, **emergency), STRANGER).items

    assert [item.document_id for item in (*found, *versions)] == [document_id] * 2
    with pytest.raises(Forbidden):
        world.vault.search(search(), STRANGER)


def test_versions_of_any_member(world: World) -> None:
    """Oldest first, whichever version one holds the logical id of."""
    world.deposit(cda())
    second = world.deposit(cda(id_='<id root="1.9"/>', related=replacing("1.2.3.4^1")))
    third = world.deposit(cda(id_='<id root="1.10"/>', related=replacing("1.9")))
    world.project()

    for logical_id in (second.logical_id, third.logical_id):
        found = world.vault.versions(Versions(logical_id=logical_id), DOCTOR)
        assert [item.unique_id for item in found.items] == ["1.2.3.4^1", "1.9", "1.10"]


def test_versions_that_are_hidden_from_a_reader_are_not_told_of(world: World) -> None:
    """Masked by itself, a former version is shown to the person alone."""
    former = world.deposit(cda())
    current = world.deposit(cda(id_='<id root="1.9"/>', related=replacing("1.2.3.4^1")))
    world.vault.mask(Mask(request_id=uuid4(), document_id=former.document_id), PATIENT)
    world.project()

    for reader, seen in ((DOCTOR, [current]), (PATIENT, [former, current])):
        found = world.vault.versions(Versions(logical_id=current.logical_id), reader)
        assert [item.document_id for item in found.items] == [one.document_id for one in seen]


def test_versions_are_of_one_record_and_each_shown_once(world: World) -> None:
    """Links are in clear: whoever can write the list cannot lead from one record into another,
    whose rights are not looked at, nor round in circles."""
    one = world.deposit(cda()).document_id
    elsewhere = world.deposit(PDF, record_id=str(OTHER_RECORD), metadata=METADATA).document_id
    held = deposit(world, 2)
    world.project()
    logical_id = world.vault.document(one).logical_id  # type: ignore[union-attr]  # it is there
    later = At(source="vault", epoch="a", previous=100, position=200)

    for forged, status in ((elsewhere, "Approved"), (one, "Approved"), (held, "Held")):
        world.documents.amend(
            [
                Patch(str(one), {"replaces": str(forged), "replaced_by": str(forged)}),
                Patch(str(held), {"status": status}),
            ],
            later,
        )
        later = At(source="vault", epoch="a", previous=later.position, position=later.position + 1)
        found = world.vault.versions(Versions(logical_id=logical_id), DOCTOR)
        assert [item.document_id for item in found.items] == [one]


def test_unknown_versions_are_refused_like_hidden_ones(world: World) -> None:
    """No id tells whether something is there."""
    with pytest.raises(Forbidden) as refusal:
        world.vault.versions(Versions(logical_id=uuid4()), DOCTOR)
    assert refusal.value.decision_id


SEALED = ("metadata", "origin", "kept", "visibility", "text")
"""Fields of a row that are under the record's key."""


class TestReadModel:
    def test_nothing_of_a_person_is_in_clear(self, world: World) -> None:
        """A stolen read model says that there are documents, and when: no more."""
        deposit(world, 1, confidentiality=["MASQUE_PS"])
        world.project()

        (row,) = world.documents.find().items
        clear = str({k: v for k, v in row.items() if k not in SEALED})
        for secret in (
            "hospitalier",
            "34112-3",
            "ESSAI",
            "801234567897",
            "1750712184",
            "MASQUE_PS",
        ):
            assert secret not in "".join(row[k] for k in SEALED) + clear

    def test_masking_is_seen(self, world: World) -> None:
        """The list follows each change of visibility."""
        document_id = deposit(world, 1)
        world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), HOSPITAL)

        assert ids(world) == []

    def test_an_erased_record_lists_nothing(self, world: World) -> None:
        """Before its rows are purged, and after."""
        deposit(world, 1)
        world.project()
        world.keys.erase(RECORD)

        assert world.vault.search(search(), DOCTOR).items == []
        assert DocumentList(world.keys).purge(RECORD)

    @pytest.mark.parametrize("mark", ["kind_mark", "origin_mark", "visibility_mark"])
    def test_a_mark_that_its_row_does_not_bear_shows_nothing(self, world: World, mark: str) -> None:
        """Marks are in clear: whoever may write the read model cannot list what is hidden by
        giving it the marks of something else."""
        shown, hidden = deposit(world, 1), world.deposit(
            JPEG, record_id=str(RECORD), metadata=METADATA | {"type": "18748-4"},
            confidentiality=["MASQUE_PS"],
        ).document_id  # fmt: skip
        world.project()
        row = world.documents.get(str(shown))
        assert row
        assert ids(world) == [shown]
        forged = {"visibility_mark": row["visibility_mark"], mark: row[mark]}

        later = At(source="vault", epoch="", previous=0, position=1_000)
        world.documents.amend([Patch(str(hidden), forged)], later)

        assert ids(world) == [shown]

    def test_marks_of_two_records_are_never_alike(self, world: World) -> None:
        """Else a stolen read model would tell which people have something in common."""
        for record_id in (RECORD, OTHER_RECORD):
            world.deposit(PDF, record_id=str(record_id), metadata=METADATA)
        world.project()

        mine, other = world.documents.find().items

        for field in ("type", "kind_mark", "origin_mark", "visibility_mark"):
            assert mine[field] != other[field]

    def test_what_was_hidden_since_it_was_counted_is_not_shown(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is another document now than the one that was decided on."""
        document_id = deposit(world, 1)
        world.project()
        entries = world.vault.listed.entries

        def meanwhile(lines):  # type: ignore[no-untyped-def]  # as entries
            world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), HOSPITAL)
            world.project()
            return entries(lines)

        monkeypatch.setattr(world.vault.listed, "entries", meanwhile)

        assert world.vault.search(search(), DOCTOR).items == []

    def test_rows_swapped_do_not_open(self, world: World) -> None:
        """A row is bound to its document."""
        mine, other = deposit(world, 1), deposit(world, 2)
        world.project()
        row = world.documents.get(str(other))
        assert row

        with pytest.raises(NotAuthentic):
            open_field(world.keys, place(str(mine), "kept"), row["kept"])


def test_png_of_a_professional_is_listed(world: World) -> None:
    """Formats the person may not add are fine from others."""
    world.deposit(PNG, record_id=str(RECORD), metadata=METADATA)

    assert len(ids(world)) == 1


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "2026-1-1"])
def test_a_day_that_no_calendar_has_is_refused(day: str) -> None:
    """An empty list would tell the reader that nothing was done then."""
    with pytest.raises(ValidationError) as refused:
        search(**{"from": day})

    assert refused.value.errors()[0]["loc"] == ("from",)
