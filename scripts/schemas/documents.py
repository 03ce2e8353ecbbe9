"""Every document of ``schemas/``, by its path there."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from scripts.schemas.asyncapi import asyncapi
from shared.eventing.messages import MessageData, Run
from shared.rpc.contract import Contract, Method
from shared.rpc.outbox import OUTBOX_METHODS

Documents = Mapping[str, dict[str, Any]]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SERVICES = Path(__file__).parents[2] / "services"


def exported() -> Documents:
    """What the code says today."""
    contracts, messages = list(_contracts()), list(_messages())
    documents = {"run.json": schema(Run, "run", mode="serialization")}
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
    for service in _services():
        declared = importlib.import_module(f"services.{service}.contract").CONTRACT
        yield Contract(declared.service, (*declared.methods, *OUTBOX_METHODS))


def _messages() -> Iterator[type[MessageData]]:
    for service in _services():
        yield from messages_of(service)


def messages_of(service: str) -> list[type[MessageData]]:
    """Those it publishes, each version of each, by type."""
    room = importlib.import_module(f"services.{service}.messages")
    parts = pkgutil.iter_modules(getattr(room, "__path__", ()), f"{room.__name__}.")
    modules = (room, *(importlib.import_module(part.name) for part in parts))
    found = [m for module in modules for m in vars(module).values() if _is_of(module, m)]
    return sorted(found, key=lambda m: (m.TYPE, m.VERSION))


def _is_of(module: ModuleType, value: Any) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, MessageData)
        and value.__module__ == module.__name__
        and "TYPE" in vars(value)
    )


def _services() -> list[str]:
    files = [*SERVICES.glob("*/contract.py"), *SERVICES.glob("*/contract/__init__.py")]
    return sorted(file.relative_to(SERVICES).parts[0] for file in files)
