"""A made-up file in the form of FINESS+ structures (ANS, schema v1), of any length."""

import gzip
import json
from pathlib import Path
from typing import IO, Any

from scripts.cli.directory_sample import TOWNS, with_luhn

PER_ENTITY = 4
"""Establishments of one legal entity."""
EVENTS = 6
"""Of each establishment; they are most of what the published file weighs."""
CLOSED_EVERY = 3


def write_finess_sample(file: Path, establishments: int, wrong: int = 1_000) -> None:
    """``wrong``: every so many establishments, one has a SIRET cut short; 0: none has."""
    with gzip.open(file, "wt", 1, "utf-8") if file.suffix == ".gz" else file.open("w") as out:
        out.write('{"schemaVersion": "v1.0.0", "gco": [], "gcc": [], "pmej": [')
        for first in range(0, establishments, PER_ENTITY):
            _write(out, first, min(PER_ENTITY, establishments - first), wrong)
        out.write("]}")


def _write(out: IO[str], first: int, count: int, wrong: int) -> None:
    inside = [_establishment(number, wrong) for number in range(first + 1, first + 1 + count)]
    entity = {
        "informationsGeneralesPMEJ": {
            "numFinessPm": _finess("6", first),
            "denominationPm": f"ENTITE {first}",
            "denominationLonguePmSmsse": None,
            "dateCreation": "1990-01-01",
            "dateFermeture": None,
        },
        "etatObjet": "A",
        "adresse": [_address(first)],
        "contact": [],
        "ege": inside,
    }
    out.write(", " if first else "")
    json.dump(entity, out)


def _establishment(number: int, wrong: int) -> dict[str, Any]:
    is_closed = number % CLOSED_EVERY == 0
    return {
        "informationsGeneralesEGE": {
            "egeId": str(number),
            "numFinessEge": _finess("5", number),
            "nomEgeCourt": f"ETABLISSEMENT {number}",
            "nomEgeLong": f"ETABLISSEMENT DE SANTÉ {number}",
            "siret": "1234567890123" if wrong and number % wrong == 0 else "12345678901234",
            "dateOuverture": "1995-06-01",
            "dateFermeture": "2010-12-31" if is_closed else None,
        },
        "categorieentiteGeographiqueExercice": "355",
        "etatObjet": "I" if is_closed else "A",
        "adresse": [_address(number)],
        "contact": [{"typeContact": {"roleContact": "1"}, "telecom": {"telephone": "0100000000"}}],
        "evenement": [
            {"evenementId": f"{number}-{event}", "codeEvenement": "MODIF", "typeObjet1": "EGE",
             "dateEvenement": "2020-01-01", "dateEnregistrement": "2020-01-01T00:00:00+01:00"}
            for event in range(EVENTS)
        ],
    }  # fmt: skip


def _address(number: int) -> dict[str, str | None]:
    postal_code, town = TOWNS[number % len(TOWNS)]
    return {
        "usageAdresse": "03",
        "numeroVoie": str(number % 200 + 1),
        "typeVoie": "R",
        "libelleVoie": "DE LA SANTE",
        "lieuDit": None,
        "codePostal": postal_code,
        "ligneAcheminement": town.upper(),
    }


def _finess(series: str, number: int) -> str:
    """Each once below 900,000, and none of those of the sample of professionals."""
    return with_luhn(f"{number % 90 + 1:02d}{series}{number % 100_000:05d}")
