"""Reads the list of mandatory documents that lies beside the code."""

import csv
from datetime import date
from importlib.resources import files

from services.vault.domain.mandatory import Mandatory


def read_mandatory() -> list[Mandatory]:
    path = files("services.vault") / "data" / "mandatory_documents.csv"
    with path.open(encoding="utf-8") as file:
        return [_line(row) for row in csv.DictReader(file)]


def _line(row: dict[str, str]) -> Mandatory:
    return Mandatory(
        id=row["id"],
        document=row["document"],
        types=tuple(row["types"].split()),
        producers=tuple(row["producers"].split()),
        stay=row["stay"],
        mail_to_professional=row["also_by_mail_to_professional"] == "yes",
        mail_to_person=row["also_by_mail_to_person"] == "yes",
        in_force_since=date.fromisoformat(row["in_force_since"]),
        excluded=row["excluded"],
        confidence=row["confidence"],
    )
