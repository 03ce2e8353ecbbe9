"""The file an operator loads the matrix from, and what they are shown before it takes effect."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from scripts.cli.access import read_cells
from scripts.cli.app import app

HEADER = "profession,qualifier,document_class,document_type,read,write,sourced,source\n"


def written(folder: Path, *lines: str) -> Path:
    file = folder / "matrix.csv"
    file.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def test_a_line_is_a_cell(tmp_path: Path) -> None:
    """Empty places are any; an empty right says nothing of it."""
    file = written(tmp_path, "40,,11,,yes,,yes,annex p. 3", "10,SM03,*,11502-2,,no,no,guess")

    first, second = read_cells(file)

    assert first == {
        "profession": "40", "qualifier": "*", "document_class": "11", "document_type": "*",
        "read": "yes", "write": None, "sourced": True, "source": "annex p. 3",
    }  # fmt: skip
    assert (second["qualifier"], second["read"], second["write"]) == ("SM03", None, "no")


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """So that the operator can correct it."""
    file = written(tmp_path, "40,,11,,yes,,yes,x", "40,,31,,yes,,perhaps,x")

    with pytest.raises(typer.Exit) as refused:
        read_cells(file)

    assert refused.value.exit_code == 2


def test_nothing_is_loaded_where_carnet_never_ran(tmp_path: Path) -> None:
    """And the command says how to start it."""
    file = written(tmp_path, "40,,11,,yes,,yes,x")
    arguments = [
        "access",
        "load-matrix",
        str(file),
        "--version",
        "v",
        "--dir",
        str(tmp_path / "no"),
    ]

    answer = CliRunner().invoke(app, arguments)

    assert answer.exit_code == 4
