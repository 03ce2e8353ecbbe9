"""Every answer, for every reader, with and without hidden documents: nobody can tell.

Two vaults of the same secrets get the same visible documents; one of them also gets documents
hidden from the reader. Each method of the contract is then asked of both, with the hidden ids
too, and must answer alike, refusals included.
"""

import base64
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from services.vault.contract import CONTRACT
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Refusal
from tests.vault.cda import JPEG, PDF, RTF, TEXT, cda, enclosing
from tests.vault.unit.test_results import GLUCOSE, PQ, observation, report
from tests.vault.world import (
    CAREGIVER,
    DOCTOR,
    METADATA,
    MOTHER,
    OTHER_HOSPITAL,
    PATIENT,
    RECORD,
    World,
)

SECRETARY = Actor(kind=ActorKind.SECRETARY, id="secretary", facility=OTHER_HOSPITAL.id)
HIDDEN_FROM = {
    "MASQUE_PS": (DOCTOR, OTHER_HOSPITAL, SECRETARY),
    "INVISIBLE_PATIENT": (PATIENT, MOTHER, CAREGIVER),
    "INVISIBLE_REPRESENTANTS_LEGAUX": (MOTHER, CAREGIVER),
}
STAY = {"facility": "1750712184", "from": "2024-04-01", "to": "2024-04-02"}
NOT_OURS = {"contents_for_copies", "check_integrity"}
"""Of messaging and of operators: neither is a reader of a record."""
VOLATILE = {"decision_id", "position"}


def planted(code: str) -> list[bytes]:
    """One of each kind that some answer is drawn from."""
    hidden = ("N", code)

    def of(number: int, type_: str, **how: Any) -> bytes:
        coded = f'<code code="{type_}" codeSystem="2.16.840.1.113883.6.1"/>'
        id_ = f'<id root="1.2.99" extension="{number}"/>'
        return cda(code=coded, id_=id_, confidentiality=hidden, **how)

    return [
        of(1, "60591-5", effective='<effectiveTime value="20261101"/>'),
        of(2, "11490-0"),
        of(3, "11369-6"),
        of(4, "11502-2", body=enclosing(PDF)),
        report(
            observation(GLUCOSE, PQ.format("1", "g/L")),
            observation(GLUCOSE, ""),
            number=99,
            confidentiality=hidden,
        ),
    ]


class Vault:
    """A vault with three documents anyone sees, and perhaps hidden ones."""

    def __init__(self, home: Path, code: str | None) -> None:
        home.mkdir()
        self.world = World(home)
        self.visible = [
            self.put(cda(title="<title>CR de séjour</title>")),
            self.put(report(observation(GLUCOSE, PQ.format("0.9", "g/L")))),
            self.put_file(JPEG, "N"),
        ]
        self.hidden: list[UUID] = []
        self.asked = 0
        if code:
            self.hidden = [self.put(data) for data in planted(code)]
            self.hidden += [self.put_file(TEXT, code), self.put_file(RTF, code)]
        self.world.project()

    def put(self, data: bytes) -> UUID:
        return self._deposit(data)

    def put_file(self, data: bytes, code: str) -> UUID:
        said = METADATA | {"confidentiality": [code]}
        return self._deposit(data, metadata=said)

    def _deposit(self, data: bytes, **how: Any) -> UUID:
        """The same request in both vaults, so that what derives from it is the same."""
        request_id = uuid5(RECORD, sha256(data).hexdigest())
        return self.world.deposit(
            data, record_id=str(RECORD), request_id=request_id, **how
        ).document_id

    def ask(self, method: str, by: Actor, **arguments: Any) -> Any:
        """The answer as plain data, or the refusal, without what differs each time."""
        asked = CONTRACT.by_name[method]
        self.asked += 1
        if asked.is_command:
            arguments |= {"request_id": uuid5(RECORD, f"{method} {by.kind} {self.asked}")}
        try:
            request = asked.request.model_validate(arguments)
            answer = getattr(self.world.vault, method)(request, by)
        except Refusal as refusal:
            return _still(refusal.to_fault())
        if asked.is_command:
            self.world.project()
        data = _still(answer.model_dump(mode="json"))
        return _unnamed(data) if method in {"deposit", "deposit_lot"} else data


def _still(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _still(v) for k, v in data.items() if k not in VOLATILE}
    return [_still(v) for v in data] if isinstance(data, list) else data


def _unnamed(data: dict[str, Any]) -> Any:
    """An id of what one deposits is a keyed hash: nobody knows which it would have been."""
    told = {"document_id": True, "logical_id": True, "duplicate_of": data.get("duplicate_of")}
    named = {name: bool(value) for name, value in told.items()}
    return {**data, **named, "documents": [_unnamed(one) for one in data.get("documents", ())]}


Walk = Callable[[list[UUID], list[bytes]], Iterator[dict[str, Any]]]


def _of_documents(hidden: list[UUID], *rest: Any) -> Iterator[dict[str, Any]]:
    return ({"document_id": document_id} for document_id in hidden)


def _asked(*each: dict[str, Any]) -> Walk:
    return lambda *_: iter(each)


def _with(**more: Any) -> Walk:
    return lambda hidden, *_: ({"document_id": one, **more} for one in hidden)


def _searches(hidden: list[UUID], *_: Any) -> Iterator[dict[str, Any]]:
    for how in (
        {},
        {"from": "1900-01-01"},
        {"from": "1900-01-01", "include_archived": True, "include_replaced": True},
        {"text": "séjour"},
        {"type": "60591-5", "from": "1900-01-01"},
        {"class": "11", "from": "1900-01-01"},
        {"heading": "BIOLOGIE", "from": "1900-01-01"},
        {"author": "801234567897", "from": "1900-01-01"},
        {"source": "professional", "from": "1900-01-01", "limit": 1},
        {"state": "Approved", "from": "1900-01-01"},
    ):
        yield {"record_id": RECORD, **how}


def _deposits(hidden: list[UUID], again: list[bytes]) -> Iterator[dict[str, Any]]:
    """The very bytes of hidden documents, by somebody who cannot know of them."""
    person = {"type": "DOCPAT01", "title": "X", "creation": "2026", "service_start": "2026"}
    encoded = base64.b64encode(again[0]).decode()
    yield {"record_id": RECORD, "content": encoded}
    yield {"record_id": RECORD, "content": encoded}  # again: what was theirs is known to be
    bare = base64.b64encode(TEXT).decode()
    yield {"record_id": RECORD, "content": bare, "metadata": METADATA}
    again_bare = base64.b64encode(RTF).decode()
    yield {"record_id": RECORD, "content": again_bare, "metadata": person}
    yield {"record_id": RECORD, "content": again_bare, "metadata": person}


def _lots(hidden: list[UUID], again: list[bytes]) -> Iterator[dict[str, Any]]:
    encoded = base64.b64encode(again[1]).decode()
    yield {"record_id": RECORD, "documents": [{"content": encoded}]}
    item = {"content": base64.b64encode(JPEG + b"\0").decode(), "metadata": METADATA}
    yield {"record_id": RECORD, "documents": [{**item, "replaces": hidden[2]}]}
    yield {"record_id": RECORD, "documents": [item], "release": [hidden[3]]}


def _record(hidden: list[UUID], *_: Any) -> Iterator[dict[str, Any]]:
    yield {"record_id": RECORD}


REPLACING = {"content": base64.b64encode(TEXT + b"2").decode(), "metadata": METADATA}
WALKS: dict[str, Walk] = {
    "search": _searches,
    "changes_since": _asked({"record_id": RECORD, "instant": "2000-01-01T00:00:00Z"}),
    "describe": _of_documents,
    "open": lambda hidden, *_: (
        {"document_id": one, "unwrap": unwrap} for one in hidden for unwrap in (False, True)
    ),
    "versions": lambda hidden, *_: ({"logical_id": one} for one in hidden),
    "summary": _record,
    "prior_results": _asked({"record_id": RECORD}, {"record_id": RECORD, "loinc": "2345-7"}),
    "missing_mandatory": _asked({"record_id": RECORD, "episode": STAY}),
    "mandatory_documents": _asked({}),
    "held": _record,
    "folders": _record,
    "mask": _of_documents,
    "unmask": _of_documents,
    "reveal_to_patient": _of_documents,
    "reveal_to_representatives": _with(confirmed=True),
    "archive": _of_documents,
    "unarchive": _of_documents,
    "delete": _of_documents,
    "report": _with(reason="not_mine"),
    "reclassify": _with(title="Y"),
    "pin": _of_documents,
    "file_in": _with(folder_id=None),
    "release": _of_documents,
    "discard": _of_documents,
    "replace": _with(**REPLACING),
    "create_folder": _asked({"record_id": RECORD, "name": "Mes papiers"}),
    "rename_folder": _asked({"record_id": RECORD, "folder_id": RECORD, "name": "Autre"}),
    "delete_folder": _asked({"record_id": RECORD, "folder_id": RECORD}),
    "mask_all_by_default": _asked({"record_id": RECORD, "on": False}),
    # Last: what somebody deposits they find again, unless it was there and hidden from them.
    "deposit": _deposits,
    "deposit_lot": _lots,
}
EXPORTS = {"export_record", "export_status", "read_export"}


def test_no_method_is_forgotten() -> None:
    """Whoever adds one says here how it is walked."""
    assert set(WALKS) | EXPORTS | NOT_OURS == set(CONTRACT.by_name)


CASES = [(code, reader) for code, readers in HIDDEN_FROM.items() for reader in readers]


@pytest.mark.parametrize(
    ("code", "reader"), CASES, ids=[f"{code}-{reader.kind}" for code, reader in CASES]
)
def test_nobody_can_tell(tmp_path: Path, code: str, reader: Actor) -> None:
    """Notice, facet, total, summary, result, export, duplicate answer: all alike."""
    with_hidden, without = Vault(tmp_path / "with", code), Vault(tmp_path / "without", None)
    again = planted(code)
    asked = 0
    if reader.kind in CONTRACT.by_name["export_record"].callers:
        assert exported(with_hidden, reader) == exported(without, reader)
    for method, walk in WALKS.items():
        if reader.kind not in CONTRACT.by_name[method].callers:
            continue
        for arguments in walk(with_hidden.hidden, again):
            answers = [v.ask(method, reader, **arguments) for v in (with_hidden, without)]
            assert answers[0] == answers[1], (method, arguments)
            asked += 1
    with_hidden.world.vault.close()
    without.world.vault.close()
    assert asked > 10 or reader is SECRETARY


def exported(vault: Vault, by: Actor) -> list[Any]:
    """Status and bytes of every part."""
    begun = vault.ask("export_record", by, record_id=RECORD)
    export_id = begun["export_id"]
    parts = [
        vault.ask("read_export", by, export_id=export_id, part=number)
        for number in range(begun["parts"])
    ]
    return [begun, *parts, vault.ask("export_status", by, export_id=export_id)]


@pytest.mark.parametrize("code", HIDDEN_FROM)
def test_the_walk_would_see_a_leak(tmp_path: Path, code: str) -> None:
    """To those it is not hidden from, the same documents make every one of these differ."""
    with_hidden, without = Vault(tmp_path / "with", code), Vault(tmp_path / "without", None)
    seer = PATIENT if code == "MASQUE_PS" else DOCTOR
    for method in ("search", "changes_since", "summary", "prior_results", "missing_mandatory"):
        arguments = next(iter(WALKS[method](with_hidden.hidden, [])))
        answers = [v.ask(method, seer, **arguments) for v in (with_hidden, without)]
        assert answers[0] != answers[1], method
    with_hidden.world.vault.close()
    without.world.vault.close()
