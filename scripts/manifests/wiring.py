"""Who speaks to whom, read from the services' own code, so that no second list can differ.

Only the text is read, nothing is imported: a service needs settings to be built.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.cli.processes import ALONE, ROOT, SERVICES, entrypoints

FOLLOWING = {"FOLLOWS", "SOURCES"}
"""Names that a service gives to the tuple of those it follows."""


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """``calls``: over RPC. ``follows``: their events. ``hears_leaves``: of those it follows.
    ``alone``: entrypoints that share their process with no other."""

    service: str
    entrypoints: tuple[str, ...]
    calls: frozenset[str]
    follows: frozenset[str]
    alone: frozenset[str]
    hears_leaves: bool
    keeps_objects: bool
    sends_mail: bool


@cache
def wiring(service: str) -> Wiring:
    nodes = list(_nodes(service))
    names = {n.id for n in nodes if isinstance(n, ast.Name)}
    own = tuple(e.partition(".")[2] for e in entrypoints() if e.startswith(f"{service}."))
    follows = frozenset(_followed(nodes))
    through = [node for file in _clients(nodes) for node in ast.walk(ast.parse(file.read_text()))]
    called = {n for n in _called([*nodes, *through]) if n in SERVICES}
    return Wiring(
        service=service,
        entrypoints=own,
        calls=frozenset(called | follows),  # what a queue lost is pulled over RPC
        follows=follows,
        alone=frozenset(name for name in own if f"{service}.{name}" in ALONE),
        hears_leaves="leaves" in own,
        keeps_objects="open_objects" in names,
        sends_mail="SmtpMailer" in names,
    )


def all_wiring() -> list[Wiring]:
    return [wiring(service) for service in SERVICES]


def _nodes(service: str) -> Iterator[ast.AST]:
    for file in sorted((ROOT / "services" / service).rglob("*.py")):
        yield from ast.walk(ast.parse(file.read_text()))


def _clients(nodes: list[ast.AST]) -> Iterator[Path]:
    """Files of ``shared.rpc`` that are imported: some are clients of a service for others."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shared.rpc."):
            yield ROOT / f"{str(node.module).replace('.', '/')}.py"


def _called(nodes: list[ast.AST]) -> Iterator[str]:
    """First arguments of ``client.call("<service>", ...)``."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            if node.func.attr == "call" and isinstance(first, ast.Constant):
                yield str(first.value)


def _followed(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Assign):
            if FOLLOWING & {t.id for t in node.targets if isinstance(t, ast.Name)}:
                yield from _texts(node.value)
        elif isinstance(node, ast.keyword) and node.arg == "sources":
            yield from _texts(node.value)


def _texts(value: ast.AST) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and node.value in SERVICES:
            yield str(node.value)
