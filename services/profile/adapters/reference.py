"""Reads the tables of ``data/``: kinds of measure, units, questionnaires."""

import csv
import json
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from services.profile.domain.growth import Growth, Lms, Source
from services.profile.domain.kinds import Kind, Kinds, Part
from services.profile.domain.questionnaire import Question, Questionnaire, Questionnaires

DATA = Path(__file__).parents[1] / "data"
TEXTS = ("label_fr", "system", "code", "unit")


def read_kinds() -> Kinds:
    """Rows that follow one another with the same name are the parts of one kind."""
    groups = groupby(_rows("measures.csv"), key=lambda row: row["name"])
    return {name: _kind(list(rows)) for name, rows in groups}


def read_units() -> Mapping[str, str]:
    """UCUM code to the library's expression."""
    return {row["ucum"]: row["expression"] for row in _rows("units.csv")}


def read_questionnaires() -> Questionnaires:
    listed = json.loads((DATA / "questionnaires.json").read_text())
    return {one["code"]: _questionnaire(one) for one in listed}


def read_biology() -> Mapping[str, str]:
    """LOINC code of a laboratory's result to kind of measure."""
    return {row["code"]: row["kind"] for row in _rows("biology.csv")}


def read_growth() -> Growth:
    rows = _rows("growth.csv")
    groups = groupby(rows, key=lambda row: (row["kind"], row["sex"]))
    (source,) = _rows("growth_source.csv")
    curves = {key: [_lms(row) for row in group] for key, group in groups}
    return Growth(curves, Source(source["source"], source["source_fr"]))


def _rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(newline="") as lines:
        return list(csv.DictReader(lines))


def _lms(row: dict[str, str]) -> Lms:
    numbers = {name: float(row[name]) for name in ("months", "l", "m", "s")}
    return Lms(**numbers)


def _kind(rows: list[dict[str, str]]) -> Kind:
    first = rows[0]
    return Kind(
        name=first["name"],
        **{field: first[field] for field in TEXTS},
        accepted=tuple(first["accepted"].split()),
        decimals=int(first["decimals"]),
        molar_mass=float(first["molar_mass"]) if first["molar_mass"] else None,
        parts=tuple(_part(row) for row in rows),
    )


def _part(row: dict[str, str]) -> Part:
    return Part(
        name=row["part"],
        code=row["part_code"],
        plausible=(float(row["plausible_min"]), float(row["plausible_max"])),
        possible=(float(row["possible_min"]), float(row["possible_max"])),
    )


def _questionnaire(one: dict[str, Any]) -> Questionnaire:
    low, high = one["ages"]
    questions = {question["code"]: _question(question) for question in one["questions"]}
    return Questionnaire(code=one["code"], ages=(low, high), questions=questions)


def _question(one: dict[str, Any]) -> Question:
    return Question(
        code=one["code"],
        kind=one["kind"],
        options={option["code"]: option.get("fact") for option in one.get("options", ())},
        low=one.get("low"),
        high=one.get("high"),
        optional=one.get("optional", False),
        dates=one.get("dates"),
    )
