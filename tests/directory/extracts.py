"""Small extract files in the published forms, and imports of them into a directory at hand."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scripts.cli.directory_import import Import
from scripts.cli.directory_sample import HEADER
from services.directory.adapters.code_tables import DATA
from services.directory.adapters.extract_layout import Layout
from services.directory.adapters.extracts import sort_extract
from services.directory.application import Directory
from services.directory.contract import CONTRACT
from services.directory.contract.importing import ExtractKind, Imported
from services.directory.contract.reading import GetProfessional, Professional
from shared.rpc.contract import Request
from tests.directory.sample import DOCTOR, OPERATOR


def header(name: str) -> list[str]:
    """The columns of a file as published."""
    return (DATA / "extracts" / f"{name}.header.txt").read_text("utf-8").strip().split("|")


SKILLS_HEADER = header("savoir_faire")
DIPLOMAS_HEADER = header("dipl_aut_exerc")
MAILBOXES_HEADER = header("correspondance_mssante")
STRUCTURES_HEADER = [
    "Type de structure", "Identifiant technique de la structure",
    "Identification nationale de la structure", "Numéro SIRET", "Numéro SIREN",
    "Numéro FINESS Etablissement", "Numéro FINESS EJ", "RPPS rang", "ADELI rang",
    "Date de fermeture structure", "Code secteur d'activité", "Raison sociale",
    "Enseigne commerciale",
]  # fmt: skip
PP = "Identification nationale PP"
NURSE = "899700366257"
HOSPITAL = dict(
    finess="750712184", entity="750100042", name="HOPITAL DE LA PAIX", postal="75007",
    town="Paris", sector="SA01", mode="S",
)  # fmt: skip
PRACTICE = dict(structure="R10100000049862", name="CABINET", postal="69003", town="Lyon", mode="L")
Row = Mapping[str, str]


def activity(national_id: str = DOCTOR, **more: str) -> dict[str, str]:
    """A line of PS_LibreAcces_Personne_activite; ``more`` by the first word of our own fields."""
    names = {
        "family": "Nom d'exercice",
        "given": "Prénom d'exercice",
        "profession": "Code profession",
        "category": "Code catégorie professionnelle",
        "specialty": "Code savoir-faire",
        "mode": "Code mode exercice",
        "finess": "Numéro FINESS site",
        "entity": "Numéro FINESS établissement juridique",
        "siret": "Numéro SIRET site",
        "structure": "Identifiant technique de la structure",
        "name": "Raison sociale site",
        "postal": "Code postal (coord. structure)",
        "town": "Libellé commune (coord. structure)",
        "line": "Bureau cedex (coord. structure)",
        "country": "Code pays (coord. structure)",
        "sector": "Code secteur d'activité",
        "section": "Code section tableau pharmaciens",
    }
    told = {"family": "NESSI", "given": "Anne-Lise", "profession": "10", "category": "C", **more}
    return {PP: national_id, **{names[name]: value for name, value in told.items()}}


def written(
    file: Path, rows: Iterable[Row | str], header: list[str] = HEADER, separator: str = "|"
) -> Path:
    """A row that is a text is written as it is: a line that is no line of the file."""
    lines = [separator.join(header)]
    for row in rows:
        told = row if isinstance(row, str) else separator.join(row.get(n, "") for n in header)
        lines.append(told)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


class Direct:
    """The client's side of the calls, without a broker. ``dies_after``: calls taken before the
    connection breaks; the next one is taken too, and its answer lost.
    """

    def __init__(self, directory: Directory, dies_after: int | None = None) -> None:
        self._directory = directory
        self._left = dies_after

    def call(self, _service: str, method: str, arguments: dict[str, Any], token: str) -> Any:
        model: type[Request] = CONTRACT.by_name[method].request
        answer = getattr(self._directory, method)(model.model_validate(arguments), OPERATOR)
        if self._left == 0:
            raise ConnectionError
        if self._left is not None:
            self._left -= 1
        return answer.model_dump(mode="json")


def imported(
    directory: Directory,
    file: Path,
    kind: str = "activities",
    *,
    dies_after: int | None = None,
    absent: Any = "keep",
    older: Any = "refuse",
) -> tuple[Imported, list[tuple[int, str, str]]]:
    """What the import came to, and the lines refused as (line, field, reason)."""
    folder = file.parent / f"{file.name}.runs"
    folder.mkdir(exist_ok=True)
    client: Any = Direct(directory, dies_after)
    run = Import(client, lambda: "", ExtractKind(kind))
    content = sort_extract(file, Layout.read(kind), folder)
    run.begin(content, older)
    for _ in run.send(content):
        pass
    done = run.end(absent)
    return done, [(line.line, line.field, line.reason) for line in run.refused()]


def read(directory: Directory, national_id: str = DOCTOR) -> Professional:
    return directory.get_professional(GetProfessional(national_id=national_id), OPERATOR)


def events(directory: Directory) -> list[str]:
    return [row.topic.removeprefix("directory.") for row in directory.read(0, 10_000)]
