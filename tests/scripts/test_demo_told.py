"""The demo on a terminal, as a person sees it."""

from pathlib import Path

import pytest

from scripts.demo.tally import Tally
from scripts.demo.teller import Terminal

OBJECT = "x" * 90
"""The name of a stored object, longer than a line."""


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "dumb")


def test_a_sentence_goes_on_below_its_beginning(capsys: pytest.CaptureFixture[str]) -> None:
    """
    What a person is told stays apart from the story around it, however narrow the terminal.
    """
    Terminal().tell("  « Donnez votre accord à ce médecin, ou n’en donnez aucun ; à vous. »")

    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 2
    assert all(line.startswith("    ") and line[4] != " " for line in lines)


def test_what_an_auditor_named_is_told_whole(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """
    A person compares it with what was changed: none of it is cut.
    """
    Terminal().summary(Tally(tampering_named=[OBJECT]), tmp_path / "summary.json")

    told = capsys.readouterr().out.partition("The numbers")[0]
    assert sum(line.count("x") for line in told.splitlines()) == len(OBJECT)
