"""Reads the value sets that lie beside the code."""

import csv
from collections.abc import Iterator
from importlib.resources import files

from services.vault.domain.value_sets import DocumentType, ValueSets


def read_value_sets() -> ValueSets:
    return ValueSets(
        types={row["code"]: _type(row) for row in _rows("doc_types")},
        classes=_displays("doc_classes"),
        formats=_displays("doc_formats"),
        practice_settings=_displays("practice_settings"),
        facility_types=_displays("facility_types"),
        confidentiality=_displays("confidentiality_codes"),
        specialties=_displays("author_specialties"),
        functions=_displays("author_functions"),
        headings=_displays("headings"),
        reference_types=_displays("reference_id_types"),
        systems={
            "practice_settings": _systems("practice_settings"),
            "facility_types": _systems("facility_types"),
            "confidentiality": _systems("confidentiality_codes"),
            "specialties": _systems("author_specialties"),
            "functions": _systems("author_functions"),
        },
        specimens={(row["system"], row["code"]): row["display"] for row in _rows("specimen_types")},
        model_formats={row["template"]: row["format"] for row in _rows("doc_format_templates")},
    )


def _type(row: dict[str, str]) -> DocumentType:
    return DocumentType(
        code=row["code"],
        system=row["system"],
        display=row["display"],
        class_code=row["class"],
        in_dmp=row["in_dmp"] == "yes",
        by_patient=row["by_patient"] == "yes",
        heading=row["heading"],
    )


def _displays(name: str) -> dict[str, str]:
    return {row["code"]: row["display"] for row in _rows(name)}


def _systems(name: str) -> dict[str, str]:
    return {row["code"]: row["system"] for row in _rows(name)}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files("services.vault") / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
