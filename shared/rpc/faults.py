"""Refusals on the wire: nameko's error with our fault inside, and back."""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.kernel import errors
from shared.kernel.errors import InvalidRequest, Refusal, Unavailable

_BY_CODE: dict[str, type[Refusal]] = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Refusal)
}
NAME = re.compile(r"[!#-~]+")
UNNAMED = "?"
MAX_FAULTS = 10_000
"""More are not even put into words: those of a body of 8 MB took 150 MB."""
MAX_FIELDS = 50
MAX_PATH = 200


def error_reply(refusal: Refusal) -> bytes:
    """The reply stock nameko clients understand; ``exc_args[0]`` is the fault."""
    kind = type(refusal)
    error = {
        "exc_type": kind.__name__,
        "exc_path": f"{kind.__module__}.{kind.__name__}",
        "exc_args": [refusal.to_fault()],
        "value": str(refusal),
    }
    return json.dumps({"result": None, "error": error}).encode()


def result_reply(answer: BaseModel) -> bytes:
    return b'{"result":' + answer.model_dump_json(by_alias=True).encode() + b',"error":null}'


def refusal_of(error: Any) -> Refusal:
    """The refusal a reply's ``error`` tells; anything but a fault is ``unavailable``."""
    args = error.get("exc_args") if isinstance(error, dict) else None
    fault = args[0] if isinstance(args, list) and args else None
    if not isinstance(fault, dict) or not isinstance(fault.get("code"), str) or not fault["code"]:
        return Unavailable("the service answered with an error of its own")
    code, decision = fault["code"], fault.get("decision_id")
    kind: type[Refusal] = _BY_CODE.get(code) or type("RemoteRefusal", (Refusal,), {"code": code})
    try:
        return kind(
            fault.get("message") or code,
            message_fr=fault.get("message_fr"),
            fields=fault.get("fields"),
            decision_id=UUID(decision) if decision else None,
        )
    except (ValueError, TypeError, AttributeError):  # fields or an id that are none
        return Unavailable("the service answered with an error of its own")


def invalid(error: ValidationError) -> InvalidRequest:
    """Each wrong field by its path, ``metadata.type``, with what was expected of it; of what was
    given nothing comes back but the names of fields, and no more of those than people read."""
    if error.error_count() > MAX_FAULTS:
        return InvalidRequest(fields={"request": f"has more than {MAX_FAULTS} faults"})
    wrong = error.errors(include_url=False, include_input=False)
    fields: Mapping[str, str] = {
        ".".join(map(_named, e["loc"]))[:MAX_PATH] or "request": _expected(e)
        for e in wrong[:MAX_FIELDS]
    }
    return InvalidRequest(fields=fields)


def _named(part: int | str) -> str:
    """Of a path; a text that somebody wrote where a name belongs is not repeated."""
    name = str(part)
    return name if NAME.fullmatch(name) else UNNAMED


def _expected(error: ErrorDetails) -> str:
    if error["type"] == "union_tag_invalid":  # pydantic's own sentence repeats what was given
        return f"is none of {error['ctx']['expected_tags']}"
    return error["msg"].removeprefix("Value error, ")
