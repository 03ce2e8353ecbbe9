"""Over-long everything: each text and list of each request has an end, and who goes beyond it is
told where."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from scripts.schemas.documents import of_method
from shared.rpc.answer import Delivery
from shared.rpc.contract import Method
from shared.rpc.faults import invalid
from shared.rpc.outbox import OUTBOX_METHODS
from shared.rpc.settings import RpcSettings
from shared.rpc.wire import AUTHORIZATION, DEADLINE, TRACEPARENT
from tests.contracts.test_callers import NOTHING
from tests.fuzz.drawing import often
from tests.fuzz.shaped import Shape
from tests.trust.attackers.asking import methods
from tests.trust.attackers.test_tokens import CONTRACTS, Attacker, door, refusal

Schema = Mapping[str, Any]
LETTERS = 1_100_000
"""More than any text but a file may have."""
LINES = 20_001
"""More than any list may have."""
FILES = {"content"}
"""Base64 of a file: the service's own setting bounds it (``too_large``), and the body's size."""
READ_ROW_BY_ROW = {"bundle", "rows"}
"""Read by models of their own, which refuse each entry for itself; how many there may be is a
bound of the list."""
OVERRULED = ("entry", "section")
"""An entry is read as one of the section asked for, whatever it says itself."""
ALL = [*methods(), *(("outbox." + method.name, method) for method in OUTBOX_METHODS)]


def endless(schema: Schema, defs: Mapping[str, Schema], path: str = "") -> Iterator[str]:
    """Paths of texts, lists and maps that have no end."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        rest = {key: one for key, one in defs.items() if key != name}
        yield from endless(defs[name], rest, path) if name in defs else ()
    for several in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(several, ()):
            yield from endless(one, defs, path)
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from endless(inner, defs, f"{path}[]")
    for name, inner in schema.get("properties", {}).items():
        yield from endless(inner, defs, f"{path}.{name}")
    if _has_no_end(schema):
        yield path


def _has_no_end(schema: Schema) -> bool:
    if schema.keys() & {"enum", "const", "format", "prefixItems"}:
        return False
    match schema.get("type"):
        case "string" if "pattern" in schema:
            widest = import_module("re._parser").parse(schema["pattern"]).getwidth()[1]
            return "maxLength" not in schema and widest >= LETTERS
        case "string":
            return "maxLength" not in schema
        case "array":
            return "maxItems" not in schema
        case "object" if "properties" not in schema:
            return "maxProperties" not in schema
    return False


def test_each_text_and_list_has_an_end() -> None:
    """Written in the published schema, so that callers know it before they are refused."""
    assert len(ALL) > 200
    without = set()
    for key, method in ALL:
        schema = method.request.model_json_schema()
        for path in endless(schema, schema.get("$defs", {})):
            name = path.removesuffix("[]").rpartition(".")[2]
            if name not in FILES | READ_ROW_BY_ROW and not path.endswith(".ins"):
                without.add((key, path))
    assert without == set()


@pytest.mark.parametrize(("key", "method"), ALL, ids=[key for key, _ in ALL])
def test_who_goes_beyond_is_told_where(key: str, method: Method) -> None:
    """Each text and each list of a request that fits, one after the other, made too long."""
    service = key.partition(".")[0]
    document = of_method(service, method)[f"{service}/rpc/{method.name}.request.json"]

    @often(1)
    @given(valid=Shape(document).valid())
    def each(valid: Any) -> None:
        for path, longer in lengthened(valid):
            with pytest.raises(ValidationError) as refused:
                method.request.model_validate(longer)
            fault = invalid(refused.value).to_fault()
            assert fault["code"] == "invalid_request"
            assert any(field.split(".")[0] == path for field in fault["fields"]), (path, fault)
            assert len(json.dumps(fault)) < 20_000, "nothing of what was sent comes back"

    each()


def lengthened(valid: Any) -> Iterator[tuple[str, Any]]:
    """The member of the request that is too long, and the request with it."""
    for steps, value in _places(valid):
        name = str(steps[0])
        if name in READ_ROW_BY_ROW or steps[-1] in FILES or steps == OVERRULED:
            continue
        if isinstance(value, str):
            yield name, _with(valid, steps, "a" * LETTERS)
        elif isinstance(value, list) and value:
            yield name, _with(valid, steps, [value[0]] * LINES)


def _places(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    members = value.items() if isinstance(value, dict) else ()
    for step, inner in members or (enumerate(value) if isinstance(value, list) else ()):
        yield (*steps, step), inner
        yield from _places(inner, (*steps, step))


def _with(valid: Any, steps: tuple[Any, ...], value: Any) -> Any:
    changed = deepcopy(valid)
    holder = changed
    for step in steps[:-1]:
        holder = holder[step]
    holder[steps[-1]] = value
    return changed


@pytest.fixture(scope="module")
def attacker(tmp_path_factory: pytest.TempPathFactory) -> Attacker:
    return Attacker(tmp_path_factory.mktemp("overlong"))


def test_a_body_beyond_the_limit_is_not_read(attacker: Attacker) -> None:
    """Refused by its size, before its token or its text is looked at."""
    entry = door(attacker, CONTRACTS[0])
    body = b"[" * (RpcSettings().max_body + 1)
    delivery = Delivery(method=CONTRACTS[0].methods[0].name, body=body, headers={})
    with entry.answering(delivery) as reply:
        assert reply
        assert json.loads(reply)["error"]["exc_args"][0]["code"] == "too_large"


@pytest.mark.parametrize(
    "headers",
    [
        {AUTHORIZATION: "a" * LETTERS},
        {AUTHORIZATION: "a." * LETTERS},
        {AUTHORIZATION: ["a"] * LINES},
        {DEADLINE: -(2**63)},
        {DEADLINE: "9" * LETTERS},
        {TRACEPARENT: "00-" + "a" * LETTERS},
        {TRACEPARENT: [[]] * LINES},
        {f"x-{n}": "a" * 100 for n in range(LINES)},
    ],
    ids=range(8),
)
def test_headers_beyond_all_measure(attacker: Attacker, headers: dict[str, Any]) -> None:
    """No header opens a door, none breaks it: each is a refusal with a code of the contract."""
    entry = door(attacker, CONTRACTS[0])
    with entry.answering(Delivery(method="head", body=NOTHING, headers=headers)) as reply:
        assert reply
        code = json.loads(reply)["error"]["exc_args"][0]["code"]
    assert code in {"unauthenticated", "invalid_request", "deadline_exceeded"}


def test_a_method_of_a_long_name_is_unknown(attacker: Attacker) -> None:
    """255 bytes is what a routing key may have; it is told back to nobody."""
    entry = door(attacker, CONTRACTS[0])
    token = attacker.issuer.token("operator")
    assert refusal(entry, "a" * 240, token) == "not_found"
