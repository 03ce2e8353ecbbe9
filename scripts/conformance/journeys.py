"""Journeys as data, so that any language can run them: who calls what, and what must come back."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent / "journeys"
NAME = re.compile(r"\$\{([a-z_]+)\}")


class Step(BaseModel):
    """``caller``: a token's ``kind`` and claims; none for a call without a token.

    Exactly one of ``refused`` (a code) and ``answer`` (members that the answer has, among
    others) is expected. ``keep``: members of the answer, by the name they have in later steps
    (``${name}``). ``within``: seconds to try again, for what services do by themselves.
    ``known``: the refusal names a decision, which can be explained.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: str
    caller: dict[str, Any] | Literal["foreign"] | None = None
    call: str = Field(pattern=r"^[a-z]+\.[a-z_]+$")
    arguments: dict[str, Any] = {}
    command: bool = False
    refused: str | None = None
    fields: list[str] = []
    answer: dict[str, Any] | None = None
    keep: dict[str, str] = {}
    within: float = 0.0


class Journey(BaseModel):
    """``each``: run once for each of these sets of values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: str
    each: list[dict[str, str]] = [{}]
    steps: list[Step] = Field(min_length=1)


def journeys(folder: Path = FOLDER) -> dict[str, Journey]:
    files = sorted(folder.glob("*.json"))
    return {file.stem: Journey.model_validate_json(file.read_text()) for file in files}


def filled(value: Any, known: Mapping[str, Any]) -> Any:
    """``${name}`` replaced, anywhere inside; ``LookupError`` for a name nothing gave."""
    if isinstance(value, dict):
        return {key: filled(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    if whole := NAME.fullmatch(value):
        return known[whole[1]]
    return NAME.sub(lambda found: str(known[found[1]]), value)


def differs(expected: Mapping[str, Any], answer: Any) -> list[str]:
    """Members of ``expected`` that the answer has not, each said."""
    if not isinstance(answer, dict):
        return [f"the answer is no object but {json.dumps(answer)[:80]}"]
    return [
        f"{name} is {json.dumps(answer.get(name))[:80]}, not {json.dumps(value)[:80]}"
        for name, value in expected.items()
        if answer.get(name) != value
    ]
