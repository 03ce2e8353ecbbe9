"""Stored contents are proven against the log, without opening any."""

from uuid import uuid4

from services.vault.contract.integrity import CheckIntegrity
from tests.vault.cda import JPEG, PDF, PNG, cda
from tests.vault.world import METADATA, OPERATOR, OTHER_RECORD, RECORD, World


def check(world: World, sample: int | None = None):  # type: ignore[no-untyped-def]  # its answer
    return world.vault.check_integrity(CheckIntegrity(request_id=uuid4(), sample=sample), OPERATOR)


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
    world.objects.kept[damaged] = world.objects.kept[damaged][:-1] + b"!"
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
