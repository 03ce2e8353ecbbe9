"""Code tables of the national nomenclatures, from the files beside the code."""

import csv
from pathlib import Path

from services.directory.domain.codes import Codes

DATA = Path(__file__).parents[1] / "data"


def read_codes(folder: Path = DATA, more_professions: Path | None = None) -> Codes:
    """``more_professions``: codes that came after this edition of the tables."""
    others = [folder / "other_professions.csv", *([more_professions] if more_professions else [])]
    return Codes(
        professions={
            **{(row["code"], False): row["display_fr"] for file in others for row in _rows(file)},
            **{
                (row["code"], row["table"] == "G16"): row["display_fr"]
                for row in _rows(folder / "professions.csv")
            },
        },
        specialties={row["code"]: row["profession"] for row in _rows(folder / "savoir_faire.csv")},
        sectors={row["code"]: row["display_fr"] for row in _rows(folder / "facility_types.csv")},
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
