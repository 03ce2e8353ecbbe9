"""Brings former DMPs into the records of their people, one after the other.

A folder holds one sub-folder per person, with ``dmp.json`` and the documents it names. What
became of each is kept in a file beside: lines of its documents, then one of the person. A run that
broke off goes on after the last person noted; whoever was under way is sent again with the same
``request_id`` of each call, and gets the first answers.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.cli.one_import import only_one
from scripts.cli.patience import patiently
from services.identity.contract.legacy import Block, Consent, Switches
from shared.crypto.base64_text import to_base64
from shared.kernel.errors import Conflict, Refusal, TooLarge
from shared.rpc.contract import GivenIns

MANIFEST = "dmp.json"
LARGEST = 8_000_000
"""Bytes of a file; a vault takes less."""
MARK = "# import "
COLUMNS = ("person", "document", "id", "code", "reasons")

Call = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""(``service.method``, arguments) -> the answer; who calls is the method's business."""


class NotThisFolder(Exception):
    """The folder is not one of former DMPs; says where."""


class Document(BaseModel):
    """As ``vault.deposit`` takes it, its content in ``file`` of the same folder."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(pattern=r"^[^/\\]+$")
    media_type: str | None = None
    metadata: dict[str, Any] = {}
    confidentiality: list[str] = []


class FormerDmp(BaseModel):
    """One person's ``dmp.json``: whose, whom they let in and shut out, and their documents."""

    model_config = ConfigDict(extra="forbid")

    ins: GivenIns
    consents: list[Consent] = []
    blocks: list[Block] = []
    switches: Switches | None = None
    documents: list[Document] = []


@dataclass(frozen=True)
class Brought:
    """What became of one person's: ``code`` and ``reasons`` when it stayed out."""

    person: str
    deposited: int = 0
    refused: int = 0
    code: str = ""


class Outcomes:
    """The file of outcomes: names of folders and files as the exporter gave them, and ids."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            file.write_text(f"{MARK}{uuid4()}\n{','.join(COLUMNS)}\n")

    def resume(self) -> tuple[UUID, str]:
        """The id of the import and the last person done; what came after is dropped."""
        with self.file.open("r+b") as content:
            mark = content.readline().decode("utf-8", "replace")
            if not mark.startswith(MARK) or not content.readline():
                raise NotThisFolder(f"{self.file} is no file of outcomes")
            done, size, passed = "", content.tell(), content.tell()
            for line in content:
                passed += len(line)
                person, document, *_ = next(csv.reader([line.decode("utf-8", "replace")]))
                if line.endswith(b"\n") and not document:
                    done, size = person, passed
            content.truncate(size)
        return UUID(mark.removeprefix(MARK).strip()), done

    def note(self, *line: str) -> None:
        with self.file.open("a", newline="", encoding="utf-8") as content:
            csv.writer(content, lineterminator="\n").writerow(line)


def bring(folder: Path, outcomes: Outcomes, call: Call) -> Iterator[Brought | None]:
    """Each person in the order of the names of their folders; ``None`` for one noted before.

    Raise ``GaveUp`` when a service stays out of reach.
    """
    with only_one(outcomes.file):
        import_id, done = outcomes.resume()
        for person in people(folder):
            is_new = person.name > done
            yield _One(person, import_id, outcomes, call).bring() if is_new else None


def people(folder: Path) -> list[Path]:
    return sorted(file.parent for file in folder.glob(f"*/{MANIFEST}"))


class _One:
    def __init__(self, person: Path, import_id: UUID, outcomes: Outcomes, call: Call) -> None:
        self._person = person
        self._import_id = import_id
        self._outcomes = outcomes
        self._call = call

    def bring(self) -> Brought:
        dmp, name = _read(self._person), self._person.name
        try:
            record_id = self._admitted(dmp)
        except Refusal as refusal:
            self._outcomes.note(name, "", "", refusal.code, _reasons(refusal))
            return Brought(name, code=refusal.code)
        refused = sum(not self._deposited(record_id, document) for document in dmp.documents)
        self._outcomes.note(name, "", record_id, "", "")
        return Brought(name, deposited=len(dmp.documents) - refused, refused=refused)

    def _admitted(self, dmp: FormerDmp) -> str:
        """Identity says whether it may come in, and access who may read what comes in."""
        found = self._tried("identity.resolve", {"ins": dmp.ins.model_dump()})
        if found["status"] != "open":
            raise Conflict("there is no open record for this INS")
        record_id = str(found["record_id"])
        rights = dmp.model_dump(mode="json", include={"consents", "blocks", "switches"})
        self._tried(
            "identity.import_legacy_dmp",
            {"request_id": self._request_id("rights"), "record_id": record_id} | rights,
        )
        return record_id

    def _deposited(self, record_id: str, document: Document) -> bool:
        said = document.model_dump(exclude={"file"}, exclude_none=True)
        about = {"request_id": self._request_id(document.file), "record_id": record_id}
        try:
            said["content"] = to_base64(_bytes_of(self._person / document.file))
            answer = self._tried("vault.deposit", about | said)
        except Refusal as refusal:
            self._note(document, "", refusal.code, _reasons(refusal))
            return False
        self._note(document, str(answer["document_id"]), "", "")
        return True

    def _tried(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return patiently(lambda: self._call(method, arguments))

    def _note(self, document: Document, *said: str) -> None:
        self._outcomes.note(self._person.name, document.file, *said)

    def _request_id(self, what: str) -> UUID:
        return uuid5(self._import_id, f"{self._person.name}/{what}")


def _read(person: Path) -> FormerDmp:
    try:
        dmp = FormerDmp.model_validate_json(_bytes_of(person / MANIFEST))
    except TooLarge as wrong:
        raise NotThisFolder(f"{person.name}/{MANIFEST}: {wrong.message}") from None
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise NotThisFolder(f"{person.name}/{MANIFEST}: {where}: {first['msg']}") from None
    if missing := [d.file for d in dmp.documents if not _is_there(person / d.file)]:
        raise NotThisFolder(f"{person.name} has no file {missing[0]}")
    return dmp


def _is_there(file: Path) -> bool:
    """A link could lead to any file of the machine."""
    return file.is_file() and not file.is_symlink()


def _bytes_of(file: Path) -> bytes:
    if file.stat().st_size > LARGEST:
        raise TooLarge(f"the file is larger than {LARGEST:,} bytes")
    return file.read_bytes()


def _reasons(refusal: Refusal) -> str:
    fields = "; ".join(f"{name}: {why}" for name, why in refusal.fields.items())
    return (fields or refusal.message).replace("\n", " ")
