"""A made-up file of people, always the same, with right INS keys and some wrong lines."""

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random

from scripts.cli.identity_import import REST, TRAITS
from shared.kernel.ins import INS_NIR_TEST, control_key

GIVEN = ("ANNE", "JEANNE", "MARIE-LOUISE", "ZOE", "PAUL", "ALAIN", "YANN", "RUTH", "DOMINIQUE")
NAMES = ("MARTIN", "LE GOFF", "D'ORNANO", "PAT-TROIS", "DE VINCI", "ROUX", "EL AMRANI", "NGUYEN")
COLUMNS = (*TRAITS[:6], *REST)


def write_sample(file: Path, lines: int, wrong: int) -> None:
    """``wrong``: every so many lines the birth date is none; 0 for never."""
    with file.open("w", newline="", encoding="utf-8") as content:
        table = csv.DictWriter(content, COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(_people(lines, wrong))


def _people(lines: int, wrong: int) -> Iterator[dict[str, str]]:
    chance = Random(20261121)  # noqa: S311 - the same people each time is what is wanted
    for number in range(lines):
        first = chance.choice(GIVEN)
        year, month, day = chance.randint(1930, 2007), chance.randint(1, 12), chance.randint(1, 28)
        sex = chance.choice("MF")
        digit = "1" if sex == "M" else "2"
        matricule = f"{digit}{year % 100:02d}{month:02d}75{number:06d}"
        born = f"{year}-{month:02d}-{day:02d}"
        if wrong and (number + 1) % wrong == 0:
            born = f"{day:02d}/{month:02d}/{year}"
        yield {
            "birth_name": chance.choice(NAMES),
            "birth_given_names": f"{first} {chance.choice(GIVEN)}",
            "first_given_name": first,
            "sex": sex,
            "birth_date": born,
            "birth_place": f"75{chance.randint(101, 120)}",
            "ins": matricule + control_key(matricule),
            "oid": INS_NIR_TEST,
            "area": "75",
        }
