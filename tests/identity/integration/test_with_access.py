"""Closing, suspending, dying and being erased, with access and keyring as deployed."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from scripts.machine.rabbitmq import Broker
from shared.auth.service_keys import ServicePublicKeys
from shared.crypto.tombstones import Tombstone
from shared.kernel.errors import Conflict, Forbidden
from tests.identity.people import TRAITS, new_ins
from tests.support.deadline import eventually
from tests.support.running import Running, running


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("access"),
        ["keyring.rpc"],
        ["catalogue.rpc", "catalogue.project", "identity.rpc", "identity.project"],
        ["identity.timers", "access.rpc", "access.follow"],
    ) as services:
        yield services


@pytest.fixture
def record_id(carnet: Running) -> str:
    """An open record that access knows to be open."""
    made = carnet.command(
        "identity.announce_record", "operator", {"traits": TRAITS, "ins": new_ins()}
    )
    carnet.move(timedelta(days=42))
    eventually(lambda: status(carnet, made["record_id"]) == "open", within=30)
    return str(made["record_id"])


def status(carnet: Running, record_id: str) -> Any:
    """What access believes of the record, as the person reads it; None before it heard of it."""
    with suppress(Forbidden):
        rights = carnet.call(
            "access.rights", "patient", {"record_id": record_id}, record_id=record_id
        )
        return rights["status"]
    return None


@pytest.mark.parametrize(
    ("method", "argument", "believed"),
    [
        ("close", {"motive": "person_request"}, "closed"),
        ("suspend", {"reason": "security"}, "suspended"),
    ],
)
def test_access_knows_when_the_answer_comes(
    carnet: Running, record_id: str, method: str, argument: dict[str, str], believed: str
) -> None:
    """
    DESIGN 4: no waiting, no second look: at the answer it is applied.
    """
    carnet.command(f"identity.{method}", "operator", {"record_id": record_id} | argument)

    assert status(carnet, record_id) == believed
    with pytest.raises(Conflict):
        carnet.command(f"identity.{method}", "operator", {"record_id": record_id} | argument)


def test_a_death_closes_it_in_access_and_its_correction_opens_it(
    carnet: Running, record_id: str
) -> None:
    """
    At the answer nobody reads it any more; declared in error, it is what it was.
    """
    about = {"record_id": record_id}
    carnet.command("identity.declare_death", "operator", about | {"date": "2026-11-20"})
    assert status(carnet, record_id) == "closed"

    carnet.command("identity.revoke_death", "operator", about)
    eventually(lambda: status(carnet, record_id) == "open", within=20)


def test_an_erased_record_is_gone_everywhere_and_its_certificate_holds(carnet: Running) -> None:
    """
    CSP R1111-36, with the real keys: nobody reads it, the proof is keyring's, the INS is free.
    """
    ins = new_ins()
    made = carnet.command("identity.announce_record", "operator", {"traits": TRAITS, "ins": ins})
    record_id = made["record_id"]
    carnet.move(timedelta(days=42))
    eventually(lambda: status(carnet, record_id) == "open", within=30)
    about = {"record_id": record_id}
    carnet.command("identity.close", "operator", about | {"motive": "person_request"})
    carnet.command("identity.request_erasure", "patient", about, record_id=record_id)
    carnet.move(timedelta(days=60))

    def certificate() -> Any:
        with suppress(Forbidden):
            return carnet.call("identity.erasure_certificate", "operator", about)
        return None

    given = eventually(certificate, within=30)
    tombstone = Tombstone.model_validate({k: v for k, v in given.items() if k != "reason"})
    keyring = ServicePublicKeys(carnet.home / "keys").of("keyring")
    assert given["reason"] == "requested"
    assert tombstone.is_by(keyring, UUID(record_id))
    with pytest.raises(Forbidden):
        carnet.call("identity.get_identity", "operator", about)
    carnet.command("identity.announce_record", "operator", {"traits": TRAITS, "ins": ins})


def test_two_records_of_one_person_are_found_merged_and_split(carnet: Running) -> None:
    """
    Found by traits as of now, made one by two people, and two again.
    """
    born = {"birth_date": "1961-07-08"}
    made = {"traits": TRAITS | born, "ins": new_ins()}
    target = carnet.command("identity.announce_record", "operator", made)["record_id"]
    double = carnet.command(
        "identity.announce_record", "operator", {"traits": TRAITS | born | {"sex": "I"}}
    )
    wanted = born | {"birth_name": "Pat Trois", "given_names": "Dominique"}
    found = carnet.call(
        "identity.find_candidates",
        "operator",
        {"traits": wanted, "at_least": {"identity": double["position"]}},
    )
    assert {c["record_id"] for c in found["items"]} == {target, double["record_id"]}

    proposal = {"source": double["record_id"], "target": target, "reason": "same_traits"}
    answer = carnet.command("identity.propose_merge", "operator", proposal)
    merge, proposed = {"merge_id": answer["merge_id"]}, answer["position"]
    waiting = carnet.call("identity.merges", "operator", {"at_least": {"identity": proposed}})
    assert [one["merge_id"] for one in waiting["items"]] == [merge["merge_id"]]
    with pytest.raises(Conflict):
        carnet.command("identity.confirm_merge", "operator", merge)
    carnet.command("identity.confirm_merge", "operator", merge, sub="vigilance-2")

    def status() -> str:
        about = {"record_id": double["record_id"]}
        return str(carnet.call("identity.get_identity", "operator", about)["status"])

    assert status() == "merged"
    carnet.command("identity.split", "operator", merge)
    assert status() == "announced"


def test_a_former_block_holds_before_any_former_document_comes(
    carnet: Running, record_id: str
) -> None:
    """
    CSP R1111-40: at the answer whoever was shut out there is shut out here.
    """
    former = {
        "blocks": [{"professional": "899700366240", "blocked_at": "2020-01-02T10:00:00Z"}],
        "switches": {"regulation": True, "break_glass": False, "masked": False},
    }
    carnet.command("identity.import_legacy_dmp", "operator", {"record_id": record_id} | former)

    rights = carnet.call("access.rights", "patient", {"record_id": record_id}, record_id=record_id)
    assert [one["professional"] for one in rights["blocks"]] == ["899700366240"]
    assert rights["switches"]["break_glass"] is False


def is_told(carnet: Running, parent: str, child: str) -> bool:
    """Of the child's identity, as one who acts for them."""
    with suppress(Forbidden):
        carnet.call(
            "identity.get_identity", "representative", {"record_id": child},
            sub=parent, record_id=child,
        )  # fmt: skip
        return True
    return False


def test_a_parent_whom_a_judge_suspended_neither_reads_nor_closes(carnet: Running) -> None:
    """
    Code civil 373, 378-1: at once, though a token still says that they represent the child.
    """
    parents = [
        carnet.command("identity.announce_record", "operator", {"traits": TRAITS})["record_id"]
        for _ in range(2)
    ]
    child = carnet.command(
        "identity.announce_record",
        "operator",
        {
            "traits": TRAITS | {"birth_date": "2016-03-28"},
            "representatives": parents,
            "contact": {"email": "mother@example.org"},
        },
    )["record_id"]

    eventually(lambda: is_told(carnet, parents[1], child), within=30)
    order = {"record_id": child, "representative": parents[1], "court_order": "JAF 26/01234"}
    carnet.command("access.suspend_representation", "operator", order)

    assert [is_told(carnet, parent, child) for parent in parents] == [True, False]
    with pytest.raises(Forbidden):
        carnet.command(
            "identity.oppose", "representative", {"record_id": child, "channel": "online"},
            sub=parents[1], record_id=child,
        )  # fmt: skip


def test_a_parent_acts_under_the_record_that_lives_until_a_split(carnet: Running) -> None:
    """
    From the answer of each on, whoever asks first, and nobody but that parent.
    """
    parent, double = (
        carnet.command("identity.announce_record", "operator", {"traits": TRAITS})["record_id"]
        for _ in range(2)
    )
    child = carnet.command(
        "identity.announce_record",
        "operator",
        {
            "traits": TRAITS | {"birth_date": "2016-03-28"},
            "representatives": [double],
            "contact": {"email": "mother@example.org"},
        },
    )["record_id"]
    eventually(lambda: is_told(carnet, double, child), within=30)
    assert not is_told(carnet, parent, child)

    proposal = {"source": double, "target": parent, "reason": "same_traits"}
    merge = carnet.command("identity.propose_merge", "operator", proposal)
    about = {"merge_id": merge["merge_id"]}
    carnet.command("identity.confirm_merge", "operator", about, sub="vigilance-2")
    assert is_told(carnet, parent, child)

    carnet.command("identity.split", "operator", about)
    assert [is_told(carnet, one, child) for one in (parent, double)] == [False, True]
