"""The vault on real stores: S3 servers of two makers, and event logs on SQLite and PostgreSQL."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.machine.seaweedfs import ObjectStore
from services.vault.contract.integrity import CheckIntegrity
from services.vault.contract.reading import Open, Search
from shared.stores.objects import Objects
from tests.support.damage import one_bit_off
from tests.support.second_s3 import SecondStore
from tests.vault.cda import PDF, cda, enclosing
from tests.vault.world import DOCTOR, HOSPITAL, OPERATOR, RECORD, World


@pytest.fixture
def stored(each_s3: ObjectStore | SecondStore) -> Objects:
    objects = Objects(each_s3.client(), f"test-{uuid4().hex}")
    objects.make_bucket()
    return objects


@pytest.fixture
def world(tmp_path: Path, stored: Objects) -> Iterator[World]:
    world = World(tmp_path, objects=stored)
    yield world
    world.vault.close()


def test_in_and_out_of_the_object_store(world: World, stored: Objects) -> None:
    """The bytes that come back are those that went in; what lies there is sealed."""
    document = cda(body=enclosing(PDF * 2000))

    deposited = world.deposit(document)
    opened = world.vault.open(Open(document_id=deposited.document_id), DOCTOR)

    assert base64.b64decode(opened.content) == document
    (key,) = stored.list()
    assert b"PAT-TROIS" not in (stored.read(key) or b"")


def test_a_byte_changed_in_the_store_is_found_and_named(world: World, stored: Objects) -> None:
    """By a check without keys."""
    deposited = world.deposit(cda())
    (key,) = stored.list()
    sealed = stored.read(key) or b""
    stored.put(key, one_bit_off(sealed, 100))

    answer = world.vault.check_integrity(CheckIntegrity(request_id=uuid4()), OPERATOR)

    assert answer.damaged == [deposited.document_id]


def test_a_lost_object_is_found_and_named(world: World, stored: Objects) -> None:
    """Missing is told apart from damaged."""
    deposited = world.deposit(cda())
    (key,) = stored.list()
    stored.delete(key)

    answer = world.vault.check_integrity(CheckIntegrity(request_id=uuid4()), OPERATOR)

    assert answer.missing == [deposited.document_id]


@pytest.fixture(params=["sqlite", "postgresql"])
def raced(request: pytest.FixtureRequest, tmp_path: Path, stored: Objects) -> Iterator[World]:
    dsn = request.getfixturevalue("postgres_dsn") if request.param == "postgresql" else None
    world = World(tmp_path, objects=stored, postgres_dsn=dsn)
    yield world
    world.vault.close()


def test_racing_deposits_of_one_document_make_one(raced: World, stored: Objects) -> None:
    """Two departments send the same letter at the same instant."""
    with ThreadPoolExecutor(4) as racers:
        answers = list(racers.map(lambda _: raced.deposit(cda()), range(4)))

    assert len({answer.document_id for answer in answers}) == 1
    assert raced.topics() == ["vault.document_deposited"]
    assert sum(answer.duplicate_of is None for answer in answers) == 1
    # What the losers had stored is nobody's, and goes by the second sweep.
    raced.vault.sweep_orphans()
    raced.vault.sweep_orphans()
    assert len(list(stored.list())) == 1


def test_the_list_follows_the_log(raced: World) -> None:
    """Written, projected, found."""
    deposited = raced.deposit(cda(), by=HOSPITAL)
    raced.project()

    found = raced.vault.search(Search(record_id=RECORD, since="1900-01-01"), DOCTOR)

    assert [item.document_id for item in found.items] == [deposited.document_id]
