"""Every document of ``schemas/``, by its path there."""

import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from scripts.schemas.asyncapi import asyncapi
from shared.eventing.messages import Envelope, MessageData
from shared.rpc.contract import Contract, Method
from shared.rpc.outbox import OUTBOX_METHODS

Documents = Mapping[str, dict[str, Any]]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SERVICES = Path(__file__).parents[2] / "services"


def exported() -> Documents:
    """What the code says today."""
    contracts, messages = list(_contracts()), list(_messages())
    documents = {"envelope.json": schema(Envelope, "envelope", mode="serialization")}
    for contract in contracts:
        for method in contract.methods:
            documents |= of_method(contract.service, method)
    for message in messages:
        documents |= of_message(message)
    documents["asyncapi.json"] = asyncapi(contracts, messages)
    return documents


def committed(folder: Path) -> Documents:
    """What is in ``folder`` now."""
    return {
        str(file.relative_to(folder)): json.loads(file.read_text())
        for file in sorted(folder.rglob("*.json"))
    }


def write(folder: Path, documents: Documents) -> None:
    """Make ``folder`` hold these documents and no others."""
    for stale in committed(folder).keys() - documents.keys():
        (folder / stale).unlink()
    for name, document in documents.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def of_method(service: str, method: Method) -> Documents:
    """The two documents of one RPC; the request's says who may call."""
    path = f"{service}/rpc/{method.name}"
    request = schema(method.request, f"{service}.{method.name}.request", mode="validation")
    answer = schema(method.answer, f"{service}.{method.name}.answer", mode="serialization")
    request["x-callers"] = sorted(kind.value for kind in method.callers)
    return {f"{path}.request.json": request, f"{path}.answer.json": answer}


def of_message(message: type[MessageData]) -> Documents:
    """The document of one version of a published message's data."""
    service, _, name = message.TYPE.partition(".")
    described = schema(message, f"{message.TYPE}.v{message.VERSION}", mode="serialization")
    return {f"{service}/events/{name}.v{message.VERSION}.json": described}


def schema(model: type[BaseModel], name: str, *, mode: Any) -> dict[str, Any]:
    head = {"$schema": DIALECT, "$id": f"urn:carnet:{name}"}
    return head | model.model_json_schema(mode=mode, by_alias=True)


def _contracts() -> Iterator[Contract]:
    files = [*SERVICES.glob("*/contract.py"), *SERVICES.glob("*/contract/__init__.py")]
    for folder in sorted(SERVICES / file.relative_to(SERVICES).parts[0] for file in files):
        declared = importlib.import_module(f"services.{folder.name}.contract").CONTRACT
        outbox = OUTBOX_METHODS if (folder / "messages.py").exists() else ()
        yield Contract(declared.service, (*declared.methods, *outbox))


def _messages() -> Iterator[type[MessageData]]:
    for folder in _services_with("messages.py"):
        module = importlib.import_module(f"services.{folder.name}.messages")
        found = [m for m in vars(module).values() if _is_message(m, module.__name__)]
        yield from sorted(found, key=lambda m: (m.TYPE, m.VERSION))


def _is_message(value: Any, module: str) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, MessageData)
        and value.__module__ == module
        and "TYPE" in vars(value)
    )


def _services_with(file: str) -> list[Path]:
    return sorted(found.parent for found in SERVICES.glob(f"*/{file}"))
