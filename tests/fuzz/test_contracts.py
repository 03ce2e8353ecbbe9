"""Every method of every contract: what its schema allows is taken and goes round unchanged, what
it does not allow is refused field by field."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from scripts.cli.processes import SERVICES
from scripts.schemas.documents import of_method
from shared.rpc import wire
from shared.rpc.contract import Contract, Method
from shared.rpc.faults import invalid
from shared.rpc.outbox import OUTBOX_METHODS
from tests.fuzz.drawing import often, tries
from tests.fuzz.shaped import Shape

TRIES = tries(2)
OWN_RULE = {"value_error", "assertion_error"}
"""Error types of rules that a schema cannot state, as that one date follows another."""

ANOTHER_SECTION = {"add_entry", "change_entry"}
"""An entry is read as one of the section asked for: the schema cannot say that the two agree."""


def models() -> Iterator[Any]:
    for service in SERVICES:
        contract: Contract = importlib.import_module(f"services.{service}.contract").CONTRACT
        for method in contract.methods:
            yield pytest.param(service, method, id=f"{service}.{method.name}")
    for method in OUTBOX_METHODS:
        yield pytest.param("outbox", method, id=f"outbox.{method.name}")


@pytest.mark.parametrize(("service", "method"), list(models()))
def test_a_request_is_taken_as_its_schema_says_or_refused(service: str, method: Method) -> None:
    """Callers in other languages have only the published document to go by."""
    document = of_method(service, method)[f"{service}/rpc/{method.name}.request.json"]
    shape, by_schema = Shape(document), Draft202012Validator(document)

    @often(TRIES)
    @given(valid=shape.valid(), spoiled=shape.spoiled())
    def both(valid: Any, spoiled: Any) -> None:
        wrong = set(refused(method.request, valid, by_schema)) - OWN_RULE
        assert not wrong or method.name in ANOTHER_SECTION
        refused(method.request, spoiled, by_schema)

    both()


@pytest.mark.long
@pytest.mark.parametrize(("service", "method"), list(models()))
def test_an_answer_is_what_its_schema_says(service: str, method: Method) -> None:
    """Whatever our models let out, readers in other languages were told of."""
    document = of_method(service, method)[f"{service}/rpc/{method.name}.answer.json"]
    shape, by_schema = Shape(document), Draft202012Validator(document)

    @often(TRIES)
    @given(said=shape.valid())
    def out(said: Any) -> None:
        refused(method.answer, said, by_schema)

    out()


def refused(model: type[BaseModel], value: Any, by_schema: Draft202012Validator) -> list[str]:
    """Types of what was wrong; empty for a value that was taken, and goes round."""
    try:
        sent = wire.decode(json.dumps({"v": value}).encode())["v"]
    except wire.Undecodable:
        return []  # no text at all: nobody is answered
    try:
        taken = model.model_validate(sent)
    except ValidationError as error:
        fault = invalid(error).to_fault()
        assert fault["code"] == "invalid_request"
        assert fault["fields"]
        assert all(fault["fields"].values())
        json.dumps(fault).encode()
        return [one["type"] for one in error.errors(include_input=False)]
    written = wire.decode(taken.model_dump_json(by_alias=True).encode())
    assert [e.message for e in by_schema.iter_errors(written)] == []
    assert model.model_validate(written) == taken
    return []
