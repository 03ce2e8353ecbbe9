"""Announcing a file of people: line by line told, resumable, in the memory of some hundreds."""

import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from scripts.cli import patience
from scripts.cli.identity_import import (
    ImportBroken,
    NotThisFile,
    Outcomes,
    Row,
    announce_file,
    batches,
)
from scripts.cli.identity_sample import write_sample
from services.identity.contract.announcing import Announcement
from shared.kernel.errors import DeadlineExceeded, Unavailable
from shared.kernel.ins import TEST_OIDS
from shared.kernel.ins_rules import InsRules

MIB = 1024 * 1024


@dataclass
class Insurer:
    """Answers as identity does; ``broken`` from that call on, it is out of reach."""

    broken: int | None = None
    answered: dict[UUID, int] = field(default_factory=dict)
    calls: int = 0

    def announce(self, request_id: UUID, rows: Sequence[Row]) -> Mapping[str, Any]:
        self.calls += 1
        if self.broken is not None and self.calls > self.broken:
            raise Unavailable("out of reach")
        self.answered[request_id] = len(rows)
        return {"rows": [self._outcome(number, row) for number, row in enumerate(rows)]}

    def _outcome(self, number: int, row: Row) -> dict[str, Any]:
        if "/" in row["traits"]["birth_date"]:
            fault = {"code": "invalid_request", "message": "no", "fields": {"birth_date": "is no"}}
            return {"row": number, "record_id": None, "opens_at": None, "fault": fault}
        return {"row": number, "record_id": str(uuid4()), "opens_at": "2027-01-02", "fault": None}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """950 lines, every hundredth wrong."""
    file = tmp_path / "people.csv"
    write_sample(file, 950, 100)
    return file


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE", 0.0)


def run(file: Path, insurer: Insurer, *, at_once: int = 1) -> tuple[int, int]:
    outcomes = Outcomes(file.with_suffix(".out"))
    found = list(announce_file(file, outcomes, insurer.announce, at_once=at_once))
    return sum(r.announced for r in found), sum(r.refused for r in found)


def noted(file: Path) -> list[list[str]]:
    lines = file.with_suffix(".out").read_text().splitlines()
    return [line.split(",") for line in lines[2:]]


@pytest.mark.parametrize("at_once", [1, 4])
def test_every_line_has_its_outcome_in_order(people: Path, at_once: int) -> None:
    """
    Announced with its record, or refused with the field; nobody's name is in the file.
    """
    insurer = Insurer()

    assert run(people, insurer, at_once=at_once) == (941, 9)

    lines = noted(people)
    assert [int(line[0]) for line in lines] == list(range(1, 951))
    assert [int(line[0]) for line in lines if line[3]] == list(range(100, 901, 100))
    assert lines[99][3:] == ["invalid_request", "birth_date: is no"]
    written = people.with_suffix(".out").read_text()
    assert "PAT-TROIS" not in written
    assert "MARTIN" not in written
    assert len(insurer.answered) == 10


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_run_that_broke_off_goes_on_where_it_stood(people: Path, at_once: int) -> None:
    """
    No line is left out, none is announced under another request.
    """
    first = Insurer(broken=4)
    with pytest.raises(ImportBroken):
        run(people, first, at_once=at_once)
    second = Insurer()

    run(people, second, at_once=at_once)

    assert [int(line[0]) for line in noted(people)] == list(range(1, 951))
    assert len(first.answered.keys() | second.answered.keys()) == 10
    assert second.calls < 10


def test_what_was_sent_but_not_noted_is_sent_as_the_same_request(people: Path) -> None:
    """
    Killed between the answer and the note, or in the midst of it: the same request again gets
    its first answers.
    """
    first = Insurer()
    run(people, first)
    outcome = people.with_suffix(".out")
    kept = outcome.read_text().splitlines(keepends=True)
    outcome.write_text("".join(kept[: 2 + 730]) + "731,8a")

    second = Insurer()
    run(people, second)

    assert second.answered.keys() <= first.answered.keys()
    assert len(second.answered) == 3
    assert [int(line[0]) for line in noted(people)] == list(range(1, 951))


def test_a_finished_run_is_not_done_again(people: Path) -> None:
    """
    But for the last lines, which are less than a hundred: the same request again.
    """
    first, second = Insurer(), Insurer()
    run(people, first)

    run(people, second)

    assert second.answered.keys() <= first.answered.keys()
    assert list(second.answered.values()) == [50]


def test_two_imports_of_one_file_are_two_wishes(people: Path, tmp_path: Path) -> None:
    """
    Ids say nothing of the people: they are random per import.
    """
    first, second = Insurer(), Insurer()
    run(people, first)
    people.with_suffix(".out").unlink()

    run(people, second)

    assert not first.answered.keys() & second.answered.keys()


def test_silence_is_tried_again(people: Path) -> None:
    """
    A lost answer is asked for again before anybody is disturbed.
    """
    insurer = Insurer()
    answer = insurer.announce
    failures = iter([DeadlineExceeded, Unavailable])

    def unsteady(request_id: UUID, rows: Sequence[Row]) -> Mapping[str, Any]:
        if failure := next(failures, None):
            raise failure
        return answer(request_id, rows)

    outcomes = Outcomes(people.with_suffix(".out"))
    assert len(list(announce_file(people, outcomes, unsteady, at_once=1))) == 10


def test_lines_become_what_identity_takes(people: Path) -> None:
    """
    Each right line fits the contract, with an INS whose key is right; empty cells are nothing.
    """
    rules = InsRules(accepted=TEST_OIDS, strict_keys=TEST_OIDS)
    first = next(batches(people))

    for row in first.rows[:99]:
        said = Announcement.model_validate(row)
        assert said.ins
        rules.parse(said.ins.value, said.ins.oid)
        assert (said.area, said.contact.email, said.notice_sent_at) == ("75", None, None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("birth_name,sex\n", "columns missing: birth_date"),
        ("birth_name,birth_given_names,first_given_name,sex,birth_date,birth_place,age\n", "age"),
        (b"\xff\xfe\n", "line 1 is not UTF-8"),
    ],
)
def test_another_file_is_refused_before_anything_is_sent(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    """
    A misspelt column would be left out in silence.
    """
    file = tmp_path / "people.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(NotThisFile, match=sentence):
        next(batches(file))


def test_another_outcome_file_is_not_overwritten(people: Path) -> None:
    """
    --outcome that names the wrong file destroys nothing.
    """
    people.with_suffix(".out").write_text("my thesis\n")

    with pytest.raises(NotThisFile):
        run(people, Insurer())
    assert people.with_suffix(".out").read_text() == "my thesis\n"


@pytest.mark.parametrize("lines", [25_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_any_number_of_lines_takes_the_memory_of_some_hundreds(tmp_path: Path, lines: int) -> None:
    """
    A file of any size: what is under way, and nothing else.
    """
    file = tmp_path / "people.csv"
    write_sample(file, lines, 1_000)
    size = file.stat().st_size
    insurer = Insurer()
    tracemalloc.start()
    try:
        assert run(file, insurer, at_once=4) == (lines - lines // 1_000, lines // 1_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert insurer.calls == lines // 100
    assert peak < 2 * MIB < size
