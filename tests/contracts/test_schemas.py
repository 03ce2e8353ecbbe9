"""The check of the published language refuses what would break somebody, and only that."""

import copy
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field

from scripts.schemas.__main__ import drift
from scripts.schemas.asyncapi import asyncapi
from scripts.schemas.compatibility import breaks
from scripts.schemas.documents import committed, exported, of_message, of_method, schema, write
from shared.eventing.messages import MessageData
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Answer, Command, Contract, Listing, Method


class Kind(StrEnum):
    ONE = "one"
    TWO = "two"


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: Kind
    note: str | None = None


class Open(Command):
    record_id: UUID
    mode: Literal["normal", "break_glass"] = "normal"
    limit: int = Field(default=50, ge=1, le=100)


class Opened(Answer):
    rows: list[Row]
    total: int
    title: str | None = None
    tree: "Tree | None" = None


class Tree(BaseModel):
    children: list["Tree"] = []


class DocumentOpened(MessageData):
    TYPE = "vault.document_opened"

    document_id: UUID
    mode: Kind


METHOD = Method(
    name="open",
    request=Open,
    answer=Opened,
    callers=frozenset({ActorKind.PATIENT, ActorKind.PROFESSIONAL}),
)
REQUEST, ANSWER = "vault/rpc/open.request.json", "vault/rpc/open.answer.json"
MESSAGE = "vault/events/document_opened.v1.json"
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def documents() -> dict[str, dict[str, Any]]:
    return copy.deepcopy({**of_method("vault", METHOD), **of_message(DocumentOpened)})


def after(documents: dict[str, dict[str, Any]], name: str, change: Change) -> list[str]:
    changed = copy.deepcopy(documents)
    change(changed[name])
    assert changed != documents, "the change must be one"
    return breaks(documents, changed)


BREAKING: list[tuple[str, str, Change]] = [
    ("a field of an answer removed", ANSWER, lambda d: d["properties"].pop("title")),
    (
        "a required field removed",
        ANSWER,
        lambda d: (d["properties"].pop("total"), d["required"].remove("total")),
    ),
    (
        "a field renamed",
        ANSWER,
        lambda d: d["properties"].update(heading=d["properties"].pop("title")),
    ),
    ("a field retyped", ANSWER, lambda d: d["properties"]["total"].update(type="string")),
    (
        "a field that may now be null",
        ANSWER,
        lambda d: d["properties"].update(total={"anyOf": [{"type": "integer"}, {"type": "null"}]}),
    ),
    ("a field that may now be absent", ANSWER, lambda d: d["required"].remove("rows")),
    (
        "a list that becomes one",
        ANSWER,
        lambda d: d["properties"].update(rows=d["properties"]["rows"]["items"]),
    ),
    ("a field deep inside removed", ANSWER, lambda d: d["$defs"]["Row"]["properties"].pop("note")),
    ("a new value readers were not told", ANSWER, lambda d: d["$defs"]["Kind"]["enum"].append("x")),
    (
        "a field of a message removed",
        MESSAGE,
        lambda d: (d["properties"].pop("mode"), d["required"].remove("mode")),
    ),
    (
        "a field of a message retyped",
        MESSAGE,
        lambda d: d["properties"].update(document_id={"type": "integer"}),
    ),
    ("another format", MESSAGE, lambda d: d["properties"]["document_id"].update(format="uri")),
    (
        "a new required field of a request",
        REQUEST,
        lambda d: (
            d["properties"].update(reason={"type": "string"}),
            d["required"].append("reason"),
        ),
    ),
    ("an argument removed", REQUEST, lambda d: d["properties"].pop("mode")),
    ("an argument retyped", REQUEST, lambda d: d["properties"]["limit"].update(type="string")),
    (
        "a value no longer taken",
        REQUEST,
        lambda d: d["properties"]["mode"]["enum"].remove("break_glass"),
    ),
    ("a lower maximum", REQUEST, lambda d: d["properties"]["limit"].update(maximum=50)),
    ("a higher minimum", REQUEST, lambda d: d["properties"]["limit"].update(minimum=2)),
    ("a new maximum", REQUEST, lambda d: d["properties"]["record_id"].update(maxLength=5)),
    ("a new pattern", REQUEST, lambda d: d["properties"]["record_id"].update(pattern="^a")),
    ("a caller shut out", REQUEST, lambda d: d["x-callers"].remove("patient")),
]

HARMLESS: list[tuple[str, str, Change]] = [
    ("a new field of an answer", ANSWER, lambda d: d["properties"].update(x={"type": "string"})),
    ("a new field of a message", MESSAGE, lambda d: d["properties"].update(x={"type": "string"})),
    ("a value no longer answered", ANSWER, lambda d: d["$defs"]["Kind"]["enum"].remove("two")),
    ("a field always there now", ANSWER, lambda d: d["required"].append("title")),
    ("a new optional argument", REQUEST, lambda d: d["properties"].update(x={"type": "string"})),
    ("an argument now optional", REQUEST, lambda d: d["required"].remove("record_id")),
    ("a new value taken", REQUEST, lambda d: d["properties"]["mode"]["enum"].append("x")),
    ("a higher maximum", REQUEST, lambda d: d["properties"]["limit"].update(maximum=500)),
    ("a new caller", REQUEST, lambda d: d["x-callers"].append("auditor")),
    ("other words", ANSWER, lambda d: d.update(description="Another sentence.")),
]


@pytest.mark.parametrize(
    ("name", "change"), [case[1:] for case in BREAKING], ids=[case[0] for case in BREAKING]
)
def test_what_breaks_an_older_caller_or_reader_is_told(
    documents: dict[str, dict[str, Any]], name: str, change: Change
) -> None:
    """Each is one line of a diff that looks innocent."""
    told = after(documents, name, change)
    assert told
    assert all(sentence.startswith(name) for sentence in told)


@pytest.mark.parametrize(
    ("name", "change"), [case[1:] for case in HARMLESS], ids=[case[0] for case in HARMLESS]
)
def test_what_breaks_nobody_passes(
    documents: dict[str, dict[str, Any]], name: str, change: Change
) -> None:
    """A check that cries at every change is switched off."""
    assert after(documents, name, change) == []


def test_a_method_or_message_that_goes_is_told(documents: dict[str, dict[str, Any]]) -> None:
    """Also the old version of a message: its readers may be a year behind."""
    for name in documents:
        kept = {other: d for other, d in documents.items() if other != name}
        assert breaks(documents, kept) == [f"{name}: is gone, and somebody may rely on it"]


def test_nothing_changed_breaks_nothing(documents: dict[str, dict[str, Any]]) -> None:
    assert breaks(documents, copy.deepcopy(documents)) == []


def test_drift_names_the_documents(documents: dict[str, dict[str, Any]]) -> None:
    changed = copy.deepcopy(documents)
    changed[ANSWER]["description"] = "Another sentence."
    del changed[REQUEST]
    changed["new.json"] = {}
    assert drift(documents, changed) == [
        "new.json: not exported yet",
        f"{ANSWER}: differs",
        f"{REQUEST}: no longer in the code",
    ]


def test_what_is_written_is_read_back(documents: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """And nothing else stays in the folder."""
    write(tmp_path, documents | {"stale/old.json": {}})
    write(tmp_path, documents)
    assert committed(tmp_path) == documents


def test_schemas_are_json_schema_2020_12_and_say_what_pydantic_does(
    documents: dict[str, dict[str, Any]],
) -> None:
    """A caller in another language has only the document to go by."""
    for document in documents.values():
        Draft202012Validator.check_schema(document)
    request = Draft202012Validator(documents[REQUEST])
    good = {"request_id": str(UUID(int=1)), "record_id": str(UUID(int=2))}
    assert request.is_valid(good)
    assert not request.is_valid(good | {"limit": 101})
    assert not request.is_valid(good | {"colour": "red"})
    listing = schema(Listing[Row], "listing", mode="serialization")
    assert Draft202012Validator(listing).is_valid({"items": [], "total": 0})


def test_asyncapi_points_only_at_what_is_exported(documents: dict[str, dict[str, Any]]) -> None:
    """One document for tools; a dangling reference would make it useless."""
    made = asyncapi([Contract("vault", (METHOD,))], [DocumentOpened])
    assert made["asyncapi"].startswith("3.")
    for reference in references(made):
        if reference.startswith("#/"):
            assert made["channels"][reference.rpartition("/")[2]]
        elif reference != "./run.json":
            assert reference.removeprefix("./") in documents
    assert made["operations"]["vault.open"]["reply"]["channel"]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for inner in value.values() for ref in references(inner)]
    return [ref for inner in value for ref in references(inner)] if isinstance(value, list) else []


def test_the_code_s_own_documents_are_whole() -> None:
    """Every contract and message there is can be exported, and AsyncAPI finds each."""
    documents = exported()
    for name, document in documents.items():
        if name != "asyncapi.json":
            Draft202012Validator.check_schema(document)
    files = {r.removeprefix("./") for r in references(documents["asyncapi.json"])}
    assert {file for file in files if not file.startswith("#")} <= set(documents)
