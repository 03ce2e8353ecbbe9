"""The files of ``services/access/data``: value sets and the first matrix."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from services.access.domain.matrix import ANY, Cell
from services.access.domain.reference import Reference

DATA = Path(__file__).parents[1] / "data"
MATRIX = "reconstruction-2026-11-23"
"""Name of the first matrix: sourced cells, and reconstructed ones where no text was found."""
_READ = {"read": "yes", "partial": "partial", "none": "no"}


@cache
def read_reference(folder: Path = DATA) -> Reference:
    return Reference(
        classes={row["typeCode"]: row["classCode"] for row in _rows(folder / "document_types.csv")},
        professions={row["code"]: row["label"] for row in _rows(folder / "professions.csv")},
        matrix_name=MATRIX,
        cells=[*_sourced(folder), *_reconstructed(folder)],
    )


def _sourced(folder: Path) -> Iterator[Cell]:
    """Cells found in a text. Those that only say "most types" are kept out: they name none."""
    for row in _rows(folder / "access_matrix_sourced.csv"):
        if row["read"] not in {"yes", "no"}:
            continue
        yield Cell(
            profession=row["profession_code"],
            qualifier=ANY,
            document_class=ANY,
            document_type=row["typeCode"],
            read=row["read"],
            write=None,
            sourced=True,
            source=row["source"],
        )


def _reconstructed(folder: Path) -> Iterator[Cell]:
    for row in _rows(folder / "access_matrix_reconstructed.csv"):
        for named in row["profession_code"].split("|"):
            profession, _, qualifier = named.partition("/")
            yield Cell(
                profession=profession,
                qualifier=qualifier or ANY,
                document_class=row["classCode"],
                document_type=ANY,
                read=_READ[row["read"]],
                write="yes" if row["write"].startswith("submit") else "no",
                sourced=False,
                source=f"reconstruction, confidence {row['confidence']}",
            )


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
