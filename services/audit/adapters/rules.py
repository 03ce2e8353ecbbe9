"""Rules that are data: what is suspicious, what is counted."""

import csv
from datetime import timedelta
from functools import cache
from importlib.resources import files

from services.audit.domain.anomalies import Rule
from services.audit.domain.statistics import Contributor, Measures


@cache
def anomaly_rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            name=row["rule"],
            watches=row["watches"],
            within=timedelta(minutes=int(row["within_minutes"])),
            at_least=int(row["at_least"]),
            explanation_en=row["explanation_en"],
            explanation_fr=row["explanation_fr"],
            confidence=row["confidence"],
        )
        for row in _rows("anomaly_rules.csv")
    )


@cache
def measures() -> Measures:
    return Measures(
        plain={row["type"]: (row["measure"], row["value"]) for row in _rows("statistics.csv")},
        contributors=[
            Contributor(member=row["member"], value=row["value"], kind=row["contributor"])
            for row in _rows("contributors.csv")
        ],
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("services.audit").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
