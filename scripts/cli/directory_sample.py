"""A made-up extract in the form of PS_LibreAcces_Personne_activite, of any length."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

from services.directory.adapters.code_tables import DATA
from services.directory.domain.national_ids import luhn

HEADER = (DATA / "extracts" / "personne_activite.header.txt").read_text("utf-8").strip().split("|")
FAMILY_NAMES = ("MARTIN", "BERNARD", "DUBOIS", "THOMAS", "LE-GALL", "D'ALMEIDA", "NÉEL")
GIVEN_NAMES = ("Marie", "Jean-Luc", "Anne-Lise", "Zoé", "Inès", "Loïc", "Élodie", "Françoise")
TOWNS = (("75007", "Paris"), ("69003", "Lyon"), ("42000", "Saint-Étienne"), ("20200", "Bastia"),
         ("97400", "Saint-Denis"), ("29200", "Brest"), ("13006", "Marseille"))  # fmt: skip
PRACTICES = (("10", "SM26"), ("10", "SM54"), ("60", ""), ("60", ""), ("40", ""), ("70", ""))
FACILITIES = 500
PER_PERSON = (1, 1, 1, 2, 2, 3)
"""Lines of one person: most have one activity."""


def write_sample(file: Path, lines: int, wrong: int = 1_000) -> None:
    """``wrong``: every so many lines, one has an unknown profession; 0: none has."""
    with file.open("w", encoding="utf-8") as out:
        out.write("|".join(HEADER) + "|\n")
        for number, fields in enumerate(itertools.islice(_lines(), lines), start=1):
            if wrong and number % wrong == 0:
                fields["Code profession"] = "00"
            out.write("|".join(fields.get(name, "") for name in HEADER) + "|\n")


def _lines() -> Iterator[dict[str, str]]:
    chance = random.Random(1)  # noqa: S311 - the same file each time, and nothing secret
    structures = [_structure(number) for number in range(FACILITIES)]
    for number in itertools.count():
        rpps = with_luhn(f"99{number:08d}")
        profession, specialty = chance.choice(PRACTICES)
        person = {
            "Type d'identifiant PP": "8",
            "Identifiant PP": rpps,
            "Identification nationale PP": f"8{rpps}",
            "Nom d'exercice": chance.choice(FAMILY_NAMES),
            "Prénom d'exercice": chance.choice(GIVEN_NAMES),
            "Code profession": profession,
            "Code catégorie professionnelle": "C",
            "Code savoir-faire": specialty,
            "Code type savoir-faire": "S" if specialty else "",
        }
        for structure in chance.sample(structures, chance.choice(PER_PERSON)):
            yield {**person, **structure, "Code mode exercice": chance.choice("LS")}


def _structure(number: int) -> dict[str, str]:
    postal_code, town = TOWNS[number % len(TOWNS)]
    finess = with_luhn(f"{postal_code[:2]}{number:06d}")
    return {
        "Numéro FINESS site": finess,
        "Numéro FINESS établissement juridique": with_luhn(f"{postal_code[:2]}8{number // 5:05d}"),
        "Identifiant technique de la structure": f"F{finess}",
        "Raison sociale site": f"HOPITAL {number}",
        "Code postal (coord. structure)": postal_code,
        "Libellé commune (coord. structure)": town,
        "Code secteur d'activité": "SA01",
    }


def with_luhn(digits: str) -> str:
    return next(f"{digits}{last}" for last in range(10) if luhn(f"{digits}{last}"))
