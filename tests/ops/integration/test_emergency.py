"""``carnet ops`` on a Carnet that serves: read-only, drain and resume, a rotated key."""

from threading import Event, Thread
from uuid import uuid4

import pytest

from shared.kernel.errors import DeadlineExceeded, Unavailable
from shared.rpc.client import RpcClient
from tests.ops.embedded import Embedded
from tests.support.deadline import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

DOCTOR = "899700770011"
EMERGENCY = {
    "SubjectNameID": DOCTOR,
    "SubjectOrganizationID": "1750712184",
    "exercice": {"codeProfession": "10", "codeSavoirFaire": "SM26"},
}


def register(served: Embedded) -> None:
    served.call(
        "directory.register_professional", "operator", {"sub": "insurer"},
        request_id=str(uuid4()), national_id=DOCTOR, given_name="Aïcha",
        family_name="ESSAI-URGENTISTE", profession="10", specialty="SM26",
    )  # fmt: skip


def break_glass(served: Embedded) -> str:
    found = served.call(
        "access.break_glass", "professional", EMERGENCY,
        request_id=str(uuid4()), record_id=served.given["record"], unable_to_consent=True,
        reason="patiente inconsciente, antécédents à connaître",
    )  # fmt: skip
    session: str = found["session"]
    return session


def test_read_only_refuses_commands_but_those_of_an_emergency(served: Embedded) -> None:
    """Documents are read on, the glass may be broken, nothing else is written; false ends it."""
    document, content = served.deposit()
    register(served)
    served.ops("read-only", "true")
    try:
        with pytest.raises(Unavailable, match="read-only"):
            served.deposit()
        with pytest.raises(Unavailable, match="read-only"):
            register(served)
        assert served.open(document) == content
        assert break_glass(served)
    finally:
        served.ops("read-only", "false")
    another, content = served.deposit()
    assert served.open(another) == content


def test_a_drained_process_loses_no_call(served: Embedded) -> None:
    """Those under way end, those that come wait in the queue as long as they may; others serve."""
    document, content = served.deposit()
    answers: list[str] = []
    stop = Event()

    def keep_opening() -> None:
        with RpcClient(served.deployment.broker.uri(), timeout=200) as client:
            token_of = {"record_id": served.given["record"]}
            while not stop.is_set():
                token = served.token("patient", token_of)
                asked = {"document_id": document}
                answers.append(client.call("vault", "open", asked, token=token)["content"])

    reader = Thread(target=keep_opening)
    reader.start()
    try:
        eventually(lambda: len(answers) >= 3, within=60)
        served.ops("drain", "records", "--dry-run")
        assert served.deployment.processes["records"].running()
        served.ops("drain", "records")
        seen = len(answers)
        records = served.deployment.processes["records"]
        assert not records.running()
        assert '"event": "stopped"' in records.tail(), "it ended by itself, its calls done"
        with RpcClient(served.deployment.broker.uri(), timeout=1) as impatient:
            token = served.token("patient", {"record_id": served.given["record"]})
            with pytest.raises(DeadlineExceeded):
                impatient.call("vault", "open", {"document_id": document}, token=token)
        register(served)
        served.ops("resume", "records", "--dry-run")
        assert not records.running()
        assert len(answers) == seen
        served.ops("resume", "records")
        eventually(lambda: len(answers) > seen, within=60)
    finally:
        stop.set()
        reader.join()
    assert set(answers) == {content}


def test_after_a_rotation_both_versions_open(served: Embedded) -> None:
    """By the services that go on running, and after they were started anew."""
    before, content = served.deposit()
    served.ops("rotate-key", "vault", "--by", "op-1")
    served.ops("drain", "records")
    served.ops("resume", "records")
    after, newer = served.deposit()
    assert (served.open(before), served.open(after)) == (content, newer)
