"""Bringing former DMPs in from a folder: who is asked what, and going on after a break."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4, uuid5

import pytest

from scripts.cli import patience
from scripts.cli.legacy_import import NotThisFolder, Outcomes, bring
from scripts.cli.patience import GaveUp
from services.identity.contract import CONTRACT as IDENTITY
from services.identity.domain.errors import LegacyDmpOpposed
from services.vault.contract import CONTRACT as VAULT
from shared.kernel.errors import InvalidRequest, Refusal, Unavailable
from tests.identity.people import INS

CONTRACTS = {contract.service: contract for contract in (IDENTITY, VAULT)}
RECORD = uuid4()
DMP: dict[str, Any] = {
    "ins": INS,
    "blocks": [{"professional": "899700366240", "blocked_at": "2020-01-02T10:00:00Z"}],
    "documents": [
        {"file": "report.xml", "confidentiality": ["MASQUE_PS"]},
        {"file": "scan.pdf", "metadata": {"type": "11488-4", "title": "Compte rendu"}},
    ],
}


@dataclass
class Services:
    """Stands for identity and the vault over the wire: keeps what was asked, answers as told. What
    it is asked and answers is what their contracts take and give."""

    failing: dict[str, Refusal] = field(default_factory=dict)
    """By method, or by method and content; each time."""
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def call(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        service, _, name = method.partition(".")
        declared = CONTRACTS[service].by_name[name]
        declared.request.model_validate_json(json.dumps(arguments, default=str))
        content = base64.b64decode(arguments.get("content", "")).decode()
        if failure := self.failing.get(method) or self.failing.get(f"{method} {content}"):
            raise failure
        self.asked.append((method, arguments))
        answer = declared.answer.model_validate(_answers(content)[method])
        told: Mapping[str, Any] = answer.model_dump(mode="json")
        return told

    def methods(self) -> list[str]:
        return [method for method, _ in self.asked]


def document_of(content: str) -> str:
    return str(uuid5(RECORD, content))


def _answers(content: str) -> Mapping[str, Mapping[str, Any]]:
    ids = dict.fromkeys(("document_id", "logical_id", "submission_set"), document_of(content))
    return {
        "identity.resolve": {"status": "open", "record_id": RECORD},
        "identity.import_legacy_dmp": {"position": 1},
        "vault.deposit": {"position": 1, "record_id": RECORD, **ids},
    }


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "former"
    for person in ("a", "b", "c"):
        (made / person).mkdir(parents=True)
        (made / person / "dmp.json").write_text(json.dumps(DMP))
        for document in DMP["documents"]:
            (made / person / document["file"]).write_text(f"{person} {document['file']}")
    return made


def run(folder: Path, services: Services) -> list[tuple[str, int, int, str] | None]:
    found = bring(folder, Outcomes(folder.with_suffix(".csv")), services.call)
    return [(o.person, o.deposited, o.refused, o.code) if o else None for o in found]


def outcomes(folder: Path) -> list[str]:
    return folder.with_suffix(".csv").read_text().splitlines()[2:]


def test_rights_come_before_documents(folder: Path) -> None:
    """
    Whoever was blocked is blocked before there is anything to read; a mask comes with its document.
    """
    services = Services()

    assert run(folder, services)[0] == ("a", 2, 0, "")

    of_one = ["identity.resolve", "identity.import_legacy_dmp", "vault.deposit", "vault.deposit"]
    assert services.methods() == of_one * 3
    _, rights = services.asked[1]
    assert [block["professional"] for block in rights["blocks"]] == ["899700366240"]
    _, first = services.asked[2]
    assert first["confidentiality"] == ["MASQUE_PS"]
    assert base64.b64decode(first["content"]) == b"a report.xml"
    assert outcomes(folder)[:3] == [
        f"a,report.xml,{document_of('a report.xml')},,",
        f"a,scan.pdf,{document_of('a scan.pdf')},,",
        f"a,,{RECORD},,",
    ]


def test_who_objected_is_left_out(folder: Path) -> None:
    """
    Not a document of theirs is sent; the others come in.
    """
    services = Services(failing={"identity.import_legacy_dmp": LegacyDmpOpposed()})

    assert run(folder, services) == [(person, 0, 0, "conflict") for person in "abc"]
    assert "vault.deposit" not in services.methods()


def test_a_document_that_is_refused_spoils_no_other(folder: Path) -> None:
    """
    It is noted by field; what it was about is not.
    """
    wrong = InvalidRequest(fields={"metadata.type": "is required"})
    services = Services(failing={"vault.deposit b scan.pdf": wrong})

    assert run(folder, services)[1] == ("b", 1, 1, "")
    assert "b,scan.pdf,,invalid_request,metadata.type: is required" in outcomes(folder)


def test_broken_off_it_goes_on_with_the_same_requests(folder: Path) -> None:
    """
    Whoever was under way is sent again with the same ids, so that nothing comes twice.
    """
    broken = Services(failing={"vault.deposit b scan.pdf": Unavailable()})
    with pytest.raises(GaveUp):
        run(folder, broken)
    assert outcomes(folder)[-1].startswith("b,report.xml")
    services = Services()

    assert run(folder, services) == [None, ("b", 2, 0, ""), ("c", 2, 0, "")]

    def sent(by: Services, content: str) -> Any:
        encoded = base64.b64encode(content.encode()).decode()
        return next(a["request_id"] for _, a in by.asked if a.get("content") == encoded)

    assert sent(services, "b report.xml") == sent(broken, "b report.xml")
    assert sent(services, "b report.xml") != sent(services, "c report.xml")
    assert len(outcomes(folder)) == 9


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"documents": [{"file": "../other/dmp.json"}]}, "documents.0.file"),
        ({"documents": [{"file": "absent.pdf"}]}, "absent.pdf"),
        ({"names": "MARTIN"}, "names"),
    ],
    ids=["outside the folder", "no such file", "unknown field"],
)
def test_a_folder_that_is_none_is_refused_by_what_is_wrong(
    folder: Path, change: dict[str, Any], reason: str
) -> None:
    """
    Nothing outside a person's own folder is ever read.
    """
    (folder / "a" / "dmp.json").write_text(json.dumps(DMP | change))
    services = Services()

    with pytest.raises(NotThisFolder, match=reason):
        run(folder, services)
    assert services.asked == []


def test_a_file_of_something_else_is_not_written_over(folder: Path) -> None:
    """
    A wrong option must not cost anyone a file.
    """
    other = folder.with_suffix(".csv")
    other.write_text(f"names\n{uuid4()}\n")
    with pytest.raises(NotThisFolder):
        run(folder, Services())
    assert other.read_text().startswith("names")
