"""Reads the tables that lie beside the code."""

import csv
from importlib.resources import files

from services.prescription.domain.terms import Kind
from shared.kernel.periods import Period


def read_kinds() -> dict[str, Kind]:
    with (files("services.prescription") / "data" / "kinds.csv").open(encoding="utf-8") as file:
        return {row["kind"]: _kind(row) for row in csv.DictReader(file)}


def read_pharmacies() -> frozenset[str]:
    """Sectors (JDV_J02) of the facilities that dispense to the public."""
    table = files("services.prescription") / "data" / "pharmacies.csv"
    with table.open(encoding="utf-8") as file:
        return frozenset(row["sector"] for row in csv.DictReader(file))


def read_words(table: str) -> dict[str, str]:
    """The words for each code of a table that has these two columns."""
    with (files("services.prescription") / "data" / f"{table}.csv").open(encoding="utf-8") as file:
        _, *rows = csv.reader(file)
        return dict(rows)


def _kind(row: dict[str, str]) -> Kind:
    return Kind(
        code=row["kind"],
        display=row["display"],
        first_within=Period.parse(row["first_within"]),
        lasts=Period.parse(row["lasts"]),
        starts_within=_days(row["starts_within"]),
        fractions=tuple(int(days) for days in _listed(row["fractions"])),
        max_renewals=int(row["max_renewals"]),
        exceptional=int(row["exceptional"]),
        usual_days=_days(row["usual_days"]),
        most_days=_days(row["most_days"]),
        prescribers=frozenset(_listed(row["prescribers"])),
        dispensers=frozenset(_listed(row["dispensers"])),
    )


def _days(cell: str) -> int | None:
    return int(cell) if cell else None


def _listed(cell: str) -> list[str]:
    return [value for value in cell.split("|") if value]
