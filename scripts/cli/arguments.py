"""From words on the command line to the arguments of a call."""

import difflib
import importlib
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import typer

from scripts.cli.processes import SERVICES
from shared.crypto.base64_text import to_base64
from shared.rpc.contract import Contract, Method

WORD = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)(?P<how>:=@|:=|=@|=)(?P<value>.*)", re.DOTALL)
GRAMMAR = "name=text · name:=JSON · name=@file (its bytes, in base64) · name:=@file (a JSON file)"


def contract_of(service: str) -> Contract:
    if service not in SERVICES:
        raise typer.BadParameter(_unknown(service, list(SERVICES)), param_hint="SERVICE")
    contract: Contract = importlib.import_module(f"services.{service}.contract").CONTRACT
    return contract


def method_of(name: str) -> tuple[str, Method]:
    service, _, method = name.partition(".")
    by_name = contract_of(service).by_name
    if method not in by_name:
        raise typer.BadParameter(_unknown(method, list(by_name)), param_hint="SERVICE.METHOD")
    return service, by_name[method]


def arguments_of(method: Method, words: list[str]) -> dict[str, Any]:
    """A command without ``request_id`` gets a new one: each call is then a new wish."""
    arguments = dict(_argument(word) for word in words)
    if method.is_command:
        arguments.setdefault("request_id", str(uuid4()))
    return arguments


def _argument(word: str) -> tuple[str, Any]:
    match = WORD.fullmatch(word)
    if not match:
        raise typer.BadParameter(f"{word!r} is none of: {GRAMMAR}", param_hint="ARGUMENTS")
    try:
        return match["name"], _value(match["how"], match["value"])
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{word!r}: {error}", param_hint="ARGUMENTS") from None


def _value(how: str, text: str) -> Any:
    if how == "=@":
        return to_base64(Path(text).read_bytes())
    if how == ":=@":
        return json.loads(Path(text).read_text())
    return json.loads(text) if how == ":=" else text


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
    return f"{name!r} is not known; {hint}"
