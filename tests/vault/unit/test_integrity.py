"""Stored contents are proven against the log, without opening any."""

from typing import Any
from uuid import uuid4

import pytest

from services.vault.application import checking
from services.vault.contract.deposits import Discard
from services.vault.contract.integrity import CheckIntegrity, IntegrityChecked
from tests.support.damage import one_bit_off
from tests.vault.cda import JPEG, PDF, PNG, cda
from tests.vault.world import HOSPITAL, METADATA, OPERATOR, OTHER_RECORD, RECORD, World


def check(world: World, sample: int | None = None, after: int = 0) -> IntegrityChecked:
    asked = CheckIntegrity(request_id=uuid4(), sample=sample, after=after)
    return world.vault.check_integrity(asked, OPERATOR)


def test_all_is_well(world: World) -> None:
    """A check is a fact worth keeping, too."""
    world.deposit(cda())

    answer = check(world)

    assert (answer.checked, answer.missing, answer.damaged) == (1, [], [])
    assert world.topics()[-1] == "vault.integrity_checked"


def test_each_fault_is_named(world: World) -> None:
    """One byte changed, one object lost: which, and no other."""
    deposited = {
        name: world.deposit(data, record_id=str(RECORD), metadata=METADATA).document_id
        for name, data in {"sound": PDF, "damaged": JPEG, "missing": PNG}.items()
    }
    by_document = {key.split("/")[1]: key for key in world.objects.kept}
    damaged = by_document[deposited["damaged"].hex]
    world.objects.kept[damaged] = one_bit_off(world.objects.kept[damaged])
    del world.objects.kept[by_document[deposited["missing"].hex]]

    answer = check(world)

    assert answer.checked == 3
    assert answer.damaged == [deposited["damaged"]]
    assert answer.missing == [deposited["missing"]]


def test_a_sample_is_smaller(world: World) -> None:
    """A vault of millions is checked a few thousand at a time."""
    for data in (PDF, JPEG, PNG):
        world.deposit(data, record_id=str(RECORD), metadata=METADATA)

    assert check(world, sample=2).checked == 2
    assert check(world, sample=10).checked == 3


def test_erased_records_are_left_alone(world: World) -> None:
    """Their events stay and say nothing any more."""
    world.deposit(PDF, record_id=str(RECORD), metadata=METADATA)
    world.deposit(PDF, record_id=str(OTHER_RECORD), metadata=METADATA)
    world.keys.erase(OTHER_RECORD)

    assert check(world).checked == 1


def test_what_was_discarded_is_not_missing(world: World) -> None:
    """It never came into the record, and its content goes with the sweeps."""
    held = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA, hold=True).document_id
    world.vault.discard(Discard(request_id=uuid4(), document_id=held), HOSPITAL)
    world.vault.sweep_orphans()
    world.vault.sweep_orphans()
    assert not world.objects.kept

    answer = check(world)

    assert (answer.checked, answer.missing) == (0, [])


def test_a_large_vault_is_checked_a_part_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From where the last answer ended, until all were read."""
    monkeypatch.setattr(checking, "MOST", 2)
    for data in (PDF, JPEG, PNG):
        world.deposit(data, record_id=str(RECORD), metadata=METADATA)

    first = check(world)
    second = check(world, after=first.reached)

    assert [(a.checked, a.complete) for a in (first, second)] == [(2, False), (1, True)]


def test_objects_of_no_event_are_named(world: World) -> None:
    """And left where they are: a check repairs nothing."""
    world.deposit(PDF, record_id=str(RECORD), metadata=METADATA)
    (kept,) = world.objects.kept
    stray = kept[: kept.rindex("/")] + "/" + uuid4().hex
    world.objects.kept[stray] = b"left behind"
    other = f"{uuid4().hex}/{uuid4().hex}/{uuid4().hex}"
    world.objects.kept[other] = b"of no document at all"

    assert set(check(world).unclaimed) == {stray, other}
    assert {stray, other} <= set(world.objects.kept)


def test_every_content_is_read_again_in_time(world: World) -> None:
    """A few at each sweep, from where the last one ended, also by another process."""
    ids = [
        world.deposit(data, record_id=str(RECORD), metadata=METADATA).document_id
        for data in (PDF, JPEG, PNG)
    ]
    for key in list(world.objects.kept):
        del world.objects.kept[key]

    for _ in range(3):
        world.vault.sweep_contents(2)

    went: list[Any] = [e.event for e in world.events() if e.topic == "vault.integrity_round_went"]
    assert [set(e.missing) for e in went] == [set(ids[:2]), {ids[2]}, set(ids[:2])]
    assert [e.reached == 0 for e in went] == [False, True, False]


def test_garbage_is_written_down_before_it_goes(world: World) -> None:
    """At the second look: it may belong to a deposit under way."""
    stray = f"{uuid4().hex}/{uuid4().hex}/{uuid4().hex}"
    world.objects.kept[stray] = b"left behind"

    world.vault.sweep_orphans()
    assert stray in world.objects.kept
    world.vault.sweep_orphans()

    assert stray not in world.objects.kept
    removed: Any = world.events()[-1].event
    assert removed.objects == [stray]


def test_what_was_somebodys_at_the_look_before_waits_for_the_next(world: World) -> None:
    """A deposit under way, saved, and taken back since: only what two looks on end find goes."""
    stray = f"{uuid4().hex}/{uuid4().hex}/{uuid4().hex}"
    for there in (True, False, True):
        world.objects.kept.clear()
        world.objects.kept |= {stray: b"left behind"} if there else {}
        world.vault.sweep_orphans()

    assert stray in world.objects.kept
    world.vault.sweep_orphans()
    assert stray not in world.objects.kept


def test_a_hundred_at_one_sweep_go(world: World) -> None:
    """As many as saves that failed may leave."""
    for _ in range(100):
        world.objects.kept[f"{uuid4().hex}/{uuid4().hex}/{uuid4().hex}"] = b""

    for _ in range(2):
        world.vault.sweep_orphans()

    assert not world.objects.kept


def test_what_was_discarded_goes_however_much_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log knows that it is nobody's: no old copy of it has forgotten that. Much of it keeps
    nothing else from being removed, and what is removed is written down a part at a time."""
    monkeypatch.setattr(checking, "GARBAGE_MAX", 2)
    for data in (PDF, JPEG, PNG):
        held = world.deposit(data, record_id=str(RECORD), metadata=METADATA, hold=True)
        discarded = Discard(request_id=uuid4(), document_id=held.document_id)
        world.vault.discard(discarded, HOSPITAL)
    contents = set(world.objects.kept)
    stray = f"{uuid4().hex}/{uuid4().hex}/{uuid4().hex}"
    world.objects.kept[stray] = b"left behind"

    for _ in range(2):
        world.vault.sweep_orphans()

    assert not world.objects.kept
    removed = [e.event.objects for e in world.events() if e.topic == "vault.garbage_removed"]  # type: ignore[union-attr]  # it has them
    assert sorted(len(objects) for objects in removed) == [1, 1, 2]
    assert {one for objects in removed for one in objects} == contents | {stray}


def test_much_garbage_is_left_alone(world: World) -> None:
    """A log restored from an old copy knows nothing of what came after: nobody deletes that."""
    for _ in range(checking.GARBAGE_MAX + 1):
        world.objects.kept[f"{uuid4().hex}/{uuid4().hex}/{uuid4().hex}"] = b""

    for _ in range(3):
        world.vault.sweep_orphans()

    assert len(world.objects.kept) == checking.GARBAGE_MAX + 1
    assert len(check(world).unclaimed) == checking.GARBAGE_MAX + 1
