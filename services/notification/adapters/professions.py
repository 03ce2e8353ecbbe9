"""Names of professions as they stand in a sentence, from the file beside the code."""

import csv
from pathlib import Path

FILE = Path(__file__).parents[1] / "data" / "professions.csv"


def read_professions(file: Path = FILE) -> dict[str, str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["with_article"] for row in csv.DictReader(lines)}
