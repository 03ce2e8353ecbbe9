"""The rules of prevention, from the files beside the code."""

import csv
from pathlib import Path

from services.agenda.domain.prevention.acts import check_terms
from services.agenda.domain.prevention.rule import Rule, Table

DATA = Path(__file__).parents[1] / "data"


def read_table(folder: Path = DATA) -> Table:
    """``prevention_rules.csv`` and ``vaccines.csv``. Raises :class:`ValueError` naming the rule
    that cannot be right: a service with half a table must not start.
    """
    rules = tuple(Rule.of(row) for row in _rows(folder / "prevention_rules.csv"))
    for rule in rules:
        try:
            check_terms((*rule.needs, *rule.unless))
        except ValueError as wrong:
            raise ValueError(f"rule {rule.id}: {wrong}") from None
    vaccines = {row["atc"]: tuple(row["acts"].split()) for row in _rows(folder / "vaccines.csv")}
    return Table(rules, vaccines)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
