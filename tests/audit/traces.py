"""Follows the code of an RPC to what it leaves behind: an event saved, or a decision of access.

Calls are followed by name within one service, so that a new service or a new RPC is walked
without being told of. What is reached by a name that only looks the same counts as reached: the
walk finds an RPC that leaves no trace at all, not one that leaves the wrong one.
"""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel

from scripts.cli.processes import ROOT
from shared.rpc.contract import Contract, GivenIns, Method

GATE = ("kernel/gate.py", "rpc/access.py")
"""How every service but access asks it."""
SAVES = {"save", "commit", "apply"}
DECISIONS = {"decide", "decide_many", "open_for_audit"}
"""RPCs of others that save an event about a record before they answer."""
COMMON = {
    "get", "find", "count", "items", "values", "keys", "append", "add", "update", "pop", "call",
    "now", "of", "read", "position", "join", "split", "close", "sort", "index", "copy", "set",
    "__init__", "__call__", "__enter__", "__exit__",
}  # fmt: skip
"""Names of everything: following them would reach everything."""


@dataclass(frozen=True)
class Function:
    """``calls``: names it calls or hands on; ``leaves``: whether it saves, or has access decide."""

    name: str
    calls: frozenset[str]
    leaves: bool


@dataclass(frozen=True)
class Code:
    """The functions of one service, by name."""

    service: str
    root: Path = field(default=ROOT)

    @cached_property
    def functions(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = {}
        own = sorted((self.root / "services" / self.service).rglob("*.py"))
        for file in [*own, *(ROOT / "shared" / path for path in GATE)]:
            for function in _functions(ast.parse(file.read_text(encoding="utf-8"))):
                found.setdefault(function.name, []).append(function)
        return found

    @cached_property
    def handlers(self) -> dict[str, set[str]]:
        """What answers each RPC, as ``bootstrap.py`` says: names that its entry is made of."""
        found: dict[str, set[str]] = {}
        bootstrap = self.root / "services" / self.service / "bootstrap.py"
        for node in ast.walk(ast.parse(bootstrap.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant):
                        names = {n.attr for n in ast.walk(value) if isinstance(n, ast.Attribute)}
                        found.setdefault(str(key.value), set()).update(names)
        return found

    def leaves_a_trace(self, rpc: str) -> bool:
        """Whether what answers this RPC reaches code that does."""
        seen: set[str] = set()
        names = sorted({rpc} | self.handlers.get(rpc, set()))
        while names:
            name = names.pop()
            if name in seen:
                continue
            seen.add(name)
            for function in self.functions.get(name, ()):
                if function.leaves:
                    return True
                names += function.calls - COMMON
        return False


def _functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = list(ast.walk(node))
            names = {n.attr for n in inside if isinstance(n, ast.Attribute)}
            names |= {n.id for n in inside if isinstance(n, ast.Name)}
            leaves = any(_saves(n) for n in inside) or _has_access_decide(inside)
            yield Function(node.name, frozenset(names), leaves)


def _saves(node: ast.AST) -> bool:
    """``Outcome(save=[...])`` with something in it, or a save of the log itself."""
    if not isinstance(node, ast.Call):
        return False
    if any(k.arg == "save" and not _is_empty(k.value) for k in node.keywords):
        return True
    called = node.func
    return isinstance(called, ast.Attribute) and called.attr in SAVES and bool(node.args)


def _is_empty(value: ast.expr) -> bool:
    return isinstance(value, (ast.List, ast.Tuple)) and not value.elts


def _has_access_decide(inside: list[ast.AST]) -> bool:
    texts = {n.value for n in inside if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return bool(texts & {"access", "keyring"}) and bool(texts & DECISIONS)


def contracts() -> Iterator[Contract]:
    """Of every service there is."""
    for folder in sorted((ROOT / "services").iterdir()):
        if (folder / "contract.py").exists() or (folder / "contract").is_dir():
            contract: Contract = importlib.import_module(
                f"services.{folder.name}.contract"
            ).CONTRACT
            yield contract


def touches_a_record(method: Method) -> bool:
    """A command, or a question about a record or a thing of one: named by an id, or an INS."""
    if method.is_command:
        return True
    fields = method.request.model_fields.items()
    return any(_names_one(name, f.annotation) for name, f in fields if name != "request_id")


def _names_one(name: str, annotation: Any) -> bool:
    if annotation is UUID or name == "ins" or annotation is GivenIns:
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(_names_one(n, f.annotation) for n, f in annotation.model_fields.items())
    return any(_names_one(name, inner) for inner in get_args(annotation))
