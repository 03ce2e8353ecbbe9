"""The words of the journal, read from the service's data files."""

import csv
from functools import cache
from importlib.resources import files

from services.audit.domain.lines import Group
from services.audit.domain.sentences import Words


@cache
def words() -> Words:
    return Words(
        sentences={row["action"]: row["sentence_fr"] for row in _rows("sentences_fr.csv")},
        professions={row["code"]: row["label_fr"] for row in _rows("professions.csv")},
        types={row["type"]: row["label_fr"] for row in _rows("document_types.csv")},
    )


@cache
def groups() -> dict[str, Group]:
    """The actions that the journal tells, and the group of each."""
    return {row["action"]: Group(row["group"]) for row in _rows("sentences_fr.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    text = files("services.audit").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
