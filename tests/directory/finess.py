"""Made-up entries of FINESS in the two published forms: FINESS+ (JSON) and etalab_cs1100502."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.directory.application import Directory
from services.directory.contract.reading import Facility, GetFacility
from tests.directory.sample import OPERATOR

HOSPITAL, ENTITY = "750712184", "750100042"
CSV_COLUMNS = [
    "section", "nofinesset", "nofinessej", "rs", "rslongue", "complrs", "compldistrib", "numvoie",
    "typvoie", "voie", "compvoie", "lieuditbp", "commune", "departement", "libdepartement",
    "ligneacheminement", "telephone", "telecopie", "categetab", "libcategetab", "categagretab",
    "libcategagretab", "siret", "codeape", "codemft", "libmft", "codesph", "libsph", "dateouv",
    "dateautor", "datemaj", "numuai",
]  # fmt: skip
"""In the order of the description of etalab_cs1100502 (DREES), its section the first."""
ENTITY_COLUMNS = [
    "section", "nofiness", "rs", "rslongue", "complrs", "numvoie", "typvoie", "voie", "compvoie",
    "compldistrib", "lieuditbp", "commune", "ligneacheminement", "departement", "libdepartement",
    "telephone", "statutjuridique", "libstatutjuridique", "categetab", "libcategetab", "siren",
    "codeape", "datecrea",
]  # fmt: skip
"""In the order of the description of etalab_cs1100501 (12/2011), its section the first."""
TITLE = "finess;etalab;111;2026-05-12"
LINE = {
    "section": "structureet", "nofinesset": HOSPITAL, "nofinessej": ENTITY, "rs": "HOPITAL PAIX",
    "rslongue": "HOPITAL DE LA PAIX", "numvoie": "12", "compvoie": "B", "typvoie": "R",
    "voie": "DE LA PAIX", "lieuditbp": "BP 12", "commune": "107", "departement": "75",
    "ligneacheminement": "75341 PARIS CEDEX 07", "telephone": "0140000000", "categetab": "355",
    "siret": "26750045200011", "dateouv": "1995-06-01", "datemaj": "2026-01-02",
}  # fmt: skip

ENTITY_LINE = {
    "section": "structureej", "nofiness": ENTITY, "rs": "AP PAIX",
    "rslongue": "ASSISTANCE PUBLIQUE DE LA PAIX", "complrs": "SIEGE", "numvoie": "3",
    "typvoie": "AV", "voie": "VICTORIA", "compvoie": "B", "lieuditbp": "BP 4", "commune": "104",
    "ligneacheminement": "75100 PARIS RP", "departement": "75", "telephone": "0140000000",
    "statutjuridique": "15", "siren": "267500452", "codeape": "8610Z", "datecrea": "1990-01-01",
}  # fmt: skip


def address(**changes: Any) -> dict[str, Any]:
    return {
        "usageAdresse": "03", "numeroVoie": "12", "typeVoie": "R", "libelleVoie": "DE LA PAIX",
        "complementVoie": "B", "complementPointGeographique": None, "lieuDit": "BP 12",
        "cogCommune": "75107", "ligneAcheminement": "PARIS CEDEX 07", "codePostal": "75007",
        "coordonneesGeographique": None,
    } | changes  # fmt: skip


def establishment(state: str = "A", **changes: Any) -> dict[str, Any]:
    """One ``ege``; ``changes`` are of its general information, or of the keys beside that."""
    infos: dict[str, Any] = {
        "egeId": "1", "numFinessEge": HOSPITAL, "nomEgeCourt": "HOPITAL PAIX",
        "nomEgeLong": "HOPITAL DE LA PAIX", "complementDenominationEg": None,
        "siret": "26750045200011", "espic": [], "dateOuverture": "1995-06-01",
        "datePremiereAutorisation": "1995-06-01", "dateFermeture": None,
    }  # fmt: skip
    beside = {
        "categorieentiteGeographiqueExercice": "355", "modefixationtarifaire": "03",
        "adresse": [address()], "engagement": [], "evenement": [], "roleEge": [],
        "contact": [
            {"typeContact": {"roleContact": "1"}, "telecom": {"telephone": "01.40.00.00.00"}}
        ],
        "etatObjet": state, "dateDerniereMaj": "2026-01-02T10:00:00+01:00",
    }  # fmt: skip
    general = {name: changes.pop(name) for name in list(changes) if name in infos}
    return {"informationsGeneralesEGE": infos | general, **beside, **changes}


def entity(*establishments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One ``pmej`` with its establishments; ``changes`` are of its general information."""
    infos = {
        "pmSmsseId": "1", "numFinessPm": ENTITY, "denominationPm": "AP PAIX",
        "denominationLonguePmSmsse": "ASSISTANCE PUBLIQUE DE LA PAIX", "siren": "267500452",
        "codeApe": "8610Z", "statutJuridique": "15", "dateCreation": "1990-01-01",
        "dateFermeture": None,
    }  # fmt: skip
    return {
        "informationsGeneralesPMEJ": infos | changes, "adresse": [address(usageAdresse="01")],
        "contact": [], "engagement": [], "evenement": [], "ege": list(establishments),
        "etatObjet": "A", "dateDerniereMaj": "2026-01-02T10:00:00+01:00",
    }  # fmt: skip


def structures(file: Path, *entities: dict[str, Any]) -> Path:
    """A file in the form of finess-structures-journalier-AAAAMMJJ.json."""
    told = {
        "schemaVersion": "v1.0.0", "generatedAt": "2026-11-21T00:00:00.000000000Z",
        "gco": [{"pmSmsseId": "2", "typeGco": "001"}], "gcc": [], "pmej": entities,
    }  # fmt: skip
    file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return file


def flat(
    file: Path,
    *lines: dict[str, str],
    title: str = TITLE,
    encoding: str = "utf-8",
    columns: Sequence[str] = tuple(CSV_COLUMNS),
) -> Path:
    """A file in the form of etalab-cs1100502-stock-AAAAMMJJ-hhmm.csv."""
    texts = [title, *(";".join(line.get(name, "") for name in columns) for line in lines)]
    file.write_text("\n".join(texts) + "\n", encoding=encoding)
    return file


def got(directory: Directory, finess: str = HOSPITAL) -> Facility:
    return directory.get_facility(GetFacility(finess=finess), OPERATOR)
