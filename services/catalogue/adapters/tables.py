"""Tables of codes, from the files beside the code."""

import csv
from pathlib import Path

from services.catalogue.domain.codes import Codes

DATA = Path(__file__).parents[1] / "data"


def read_codes(folder: Path = DATA) -> Codes:
    categories: dict[str, set[str]] = {}
    for row in _rows(folder / "categories.csv"):
        categories.setdefault(row["scope"], set()).add(row["code"])
    return Codes(
        themes={row["code"] for row in _rows(folder / "themes.csv")},
        regions={row["code"] for row in _rows(folder / "regions.csv")},
        categories=categories,
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
