"""The kit itself: what it sends, and that it notices what is not as expected."""

import csv
from collections.abc import Mapping
from typing import Any

import pytest

from scripts.cli.processes import ROOT, SERVICES
from scripts.conformance.journeys import Journey, filled, journeys
from scripts.conformance.run import METADATA, beginnings, new_ins, run
from scripts.schemas.documents import exported
from shared.kernel.errors import Forbidden, Refusal
from shared.kernel.ins import Ins


class Answers:
    """An installation that answers as told, and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, str, Mapping[str, Any], str | None]] = []

    def call(
        self, service: str, method: str, arguments: Mapping[str, Any], *, token: str | None
    ) -> Any:
        self.asked.append((service, method, arguments, token))
        answer = self._answers.pop(0)
        if isinstance(answer, Refusal):
            raise answer
        return answer


def issued(kind: str, claims: Any) -> str:
    return f"{kind} {sorted(claims.items())}"


def verdicts(steps: list[dict[str, Any]], *answers: Any) -> list[str]:
    journey = Journey.model_validate({"why": "a test", "steps": steps})
    calls = Answers(*answers)
    return [v.wrong for v in run(journey, calls, issued, issued, {"record": "r"})]


STEP: dict[str, Any] = {"say": "s", "call": "vault.search", "caller": {"kind": "patient"}}


@pytest.mark.parametrize(
    ("step", "answer", "wrong"),
    [
        ({"answer": {"a": 1}}, {"a": 1, "b": 2}, ""),
        ({"answer": {"a": 1}}, {"a": 2}, "a is 2, not 1"),
        ({"answer": {"a": "${record}"}}, {"a": "r"}, ""),
        ({"refused": "forbidden"}, Forbidden(), ""),
        ({"refused": "forbidden"}, {}, "answered, and had to be refused as forbidden"),
        ({"refused": "not_found"}, Forbidden(), "refused as forbidden, not as not_found"),
    ],
    ids=["as expected", "another value", "kept", "refused", "not refused", "another refusal"],
)
def test_a_step_that_is_not_as_expected_is_told(
    step: dict[str, Any], answer: Any, wrong: str
) -> None:
    """A kit that never fails shows nothing."""
    assert verdicts([STEP | step], answer) == [wrong]


def test_a_journey_stops_where_it_goes_wrong() -> None:
    """What comes after builds on it."""
    assert len(verdicts([STEP | {"refused": "forbidden"}, STEP | {"answer": {}}], {})) == 1


def test_what_a_step_keeps_the_next_one_says() -> None:
    """By its name, alone or inside a text."""
    known = {"document": "d1", "ins": {"value": "1"}}
    assert filled({"a": "${document}", "b": ["x ${document}"], "c": "${ins}"}, known) == {
        "a": "d1",
        "b": ["x d1"],
        "c": {"value": "1"},
    }
    with pytest.raises(LookupError):
        filled("${nothing}", known)


def test_every_step_calls_a_method_with_arguments_that_it_has() -> None:
    """The kit is data: a method that was renamed is found here, not by an integrator."""
    schemas = exported()
    for name, journey in journeys().items():
        for step in journey.steps:
            service, _, method = step.call.partition(".")
            assert service in SERVICES, name
            [found] = [k for k in schemas if k.startswith(f"{service}/rpc/{method}.request")]
            if "colour" not in step.arguments:  # the request that does not fit, on purpose
                members = schemas[found]["properties"]
                assert set(step.arguments) <= members.keys(), (name, step.say)
                assert step.command == ("request_id" in members), (name, step.say)


def test_every_profession_of_the_table_is_in_the_kit() -> None:
    """One that was forgotten could open what it must not."""
    kit = {each["profession"] for each in journeys()["professions"].each}
    with (ROOT / "services" / "directory" / "data" / "professions.csv").open() as file:
        table = {row["code"] for row in csv.DictReader(file) if row["table"] == "G15"}
    assert kit == table


def test_its_people_are_nobody() -> None:
    """INS of the test space with a true key, another one each time."""
    people = [new_ins() for _ in range(20)]
    for person in people:
        Ins.parse(person["value"], person["oid"])
    assert len({person["value"] for person in people}) > 1
    assert beginnings()["pdf"] != beginnings()["pdf"]
    assert METADATA["author"] == "899700218896"
