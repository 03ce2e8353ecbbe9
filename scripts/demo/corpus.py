"""The documents the story is told with, and the people they are about."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from services.vault.domain.cda.header import Header, read_header
from shared.cda.tree import clinical_document
from shared.crypto.base64_text import to_base64
from shared.kernel.errors import Refusal
from shared.kernel.ins import INS_NIR, INS_NIR_TEST

OWN_SAMPLES = Path(__file__).parent / "samples"
OFFICIAL_SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cda"

Traits = tuple[tuple[str, str], ...]

NEEDED = {"birth_name", "first_given_name", "birth_date"}
"""Without these nobody can be announced; a document that lacks them is left to be refused."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file, and what its header (or the file of the same name and ``.json``) says of it.

    ``relabelled``: the sample carried the production OID although its person does not exist;
    the hospital of the story writes the test OID before it deposits, as its own software must.
    ``unreadable``: why its header could not be read; the vault will say the same.
    """

    name: str
    content: bytes
    ins: str | None = None
    traits: Traits = ()
    author: str | None = None
    replaces: tuple[str, ...] = ()
    unique_id: str | None = None
    metadata: dict[str, Any] | None = None
    relabelled: bool = False
    unreadable: str | None = None

    def arguments(self) -> dict[str, Any]:
        """What ``vault.deposit`` takes of it."""
        given: dict[str, Any] = {"content": to_base64(self.content)}
        if self.ins:
            given["ins"] = {"value": self.ins, "oid": INS_NIR_TEST}
        if self.metadata:
            given["metadata"] = self.metadata
        return given


@dataclass(frozen=True, kw_only=True)
class Person:
    ins: str
    traits: dict[str, str]


def samples_folder() -> Path:
    """The official documents where they are beside the repository, else our own."""
    return OFFICIAL_SAMPLES if OFFICIAL_SAMPLES.is_dir() else OWN_SAMPLES


def documents(folder: Path) -> Iterator[Document]:
    """Every sample of the folder, in order of name."""
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() == ".xml":
            yield _cda(file)
        elif file.with_name(file.name + ".json").exists():
            yield _plain(file)


def people(found: Sequence[Document]) -> list[Person]:
    """One person for each INS, with the traits most of their documents give."""
    said: dict[str, Counter[Traits]] = {}
    for document in found:
        if document.ins and dict(document.traits).keys() >= NEEDED:
            said.setdefault(document.ins, Counter())[document.traits] += 1
    return [
        Person(ins=ins, traits=as_insi_writes(dict(counted.most_common(1)[0][0])))
        for ins, counted in said.items()
    ]


def as_insi_writes(said: dict[str, str]) -> dict[str, str]:
    """The strict traits as the insurer has them: capitals A-Z, none missing."""
    first = _capitals(said["first_given_name"])
    given = _capitals(said.get("birth_given_names") or first)
    return {
        "birth_name": _capitals(said["birth_name"]),
        "birth_given_names": given if given.startswith(first) else f"{first} {given}",
        "first_given_name": first,
        "sex": said.get("sex", "I"),
        "birth_date": said["birth_date"],
        "birth_place": said.get("birth_place", "99999"),
    }


def _capitals(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(c for c in letters if not unicodedata.combining(c)).upper()


def next_version(document: Document) -> Document:
    """A new version of a CDA document, as its author's software would write it."""
    text = document.content.decode()
    known = re.search(r'<(\w+:)?id\b[^>]*\broot="([^"]+)"', text)
    if not known:
        raise ValueError(f"{document.name} has no id to replace")
    prefix, former = known.group(1) or "", known.group(2)
    newer = text[: known.start(2)] + former + ".2" + text[known.end(2) :]
    newer = re.sub(rf"<{prefix}relatedDocument.*?</{prefix}relatedDocument>", "", newer, flags=re.S)
    related = (
        f'<{prefix}relatedDocument typeCode="RPLC"><{prefix}parentDocument>'
        f'<{prefix}id root="{former}"/></{prefix}parentDocument></{prefix}relatedDocument>'
    )
    before = re.search(rf"<{prefix}componentOf\b|<{prefix}component\b", newer)
    if not before:
        raise ValueError(f"{document.name} has no body")
    newer = newer[: before.start()] + related + newer[before.start() :]
    return replace(document, name=f"{document.name} (version 2)", content=newer.encode())


def _cda(file: Path) -> Document:
    content = file.read_bytes()
    relabelled = f'root="{INS_NIR}"'.encode() in content
    if relabelled:
        content = content.replace(f'"{INS_NIR}"'.encode(), f'"{INS_NIR_TEST}"'.encode())
    try:
        header = read_header(clinical_document(content))
    except Refusal as refusal:
        return Document(name=file.name, content=content, unreadable=refusal.message)
    return _described(file.name, content, header, relabelled=relabelled)


def _described(name: str, content: bytes, header: Header, *, relabelled: bool) -> Document:
    written = dict(header.patient.ids)
    traits = {key: value for key, value in vars(header.patient.traits).items() if value}
    authors = header.statement.authors
    return Document(
        name=name,
        content=content,
        ins=written.get(INS_NIR_TEST),
        traits=tuple(traits.items()),
        author=authors[0].national_id if authors else None,
        replaces=header.statement.replaces,
        unique_id=header.statement.unique_id,
        relabelled=relabelled,
    )


def _plain(file: Path) -> Document:
    said = json.loads(file.with_name(file.name + ".json").read_text())
    patient = dict(said["patient"])
    ins = patient.pop("ins")
    patient.pop("oid")
    return Document(
        name=file.name,
        content=file.read_bytes(),
        ins=ins,
        traits=tuple(patient.items()),
        author=said["metadata"].get("author"),
        metadata=said["metadata"],
    )
