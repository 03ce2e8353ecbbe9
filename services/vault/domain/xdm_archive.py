"""The files of an XDM archive: where each lies, and the two that a person reads.

IHE ITI TF-2 3.32.4.1.2: ``INDEX.HTM`` and ``README.TXT`` at the root, one folder below
``IHE_XDM`` for each submission set; names of 8 and 3 capitals or digits, which say nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from uuid import UUID

from services.vault.domain import content
from services.vault.domain.cda.readable import page
from services.vault.domain.listing import Entry
from services.vault.domain.patient import Person
from services.vault.domain.value_sets import ValueSets
from shared.cda.timestamps import LOCAL
from shared.cda.tree import clinical_document
from shared.kernel.errors import Refusal
from shared.kernel.french import of_name

HTML = "text/html"
EXTENSIONS = {
    content.CDA: "XML",
    content.PDF: "PDF",
    content.JPEG: "JPG",
    content.PNG: "PNG",
    content.TIFF: "TIF",
    content.RTF: "RTF",
    content.TEXT: "TXT",
    HTML: "HTM",
}
_STATES = {"Deprecated": "remplacé", "Archived": "archivé"}


def folder(part: int) -> str:
    return f"IHE_XDM/SUBSET{part + 1:02d}" if part < 99 else f"IHE_XDM/SUB{part + 1:05d}"


def file_name(number: int, media_type: str) -> str:
    """``number``: of the document in the archive, from 1 on."""
    return f"DOC{number:05d}.{EXTENSIONS[media_type]}"


def readable_name(number: int, media_type: str) -> str:
    """Where the file inside a level 1 CDA lies, or the words of another, for people: outside of the
    sets."""
    return f"LISIBLE/{file_name(number, media_type)}"


def words(entry: Entry, cda: bytes, max_bytes: int) -> bytes | None:
    """A structured CDA as a page; ``None`` of one that is not read as it was when it was taken."""
    said = [f"Le {_day(entry)}", *_authors(entry)]
    try:
        return page(clinical_document(cda), entry.metadata.title, ", ".join(said), max_bytes)
    except Refusal:
        return None


def readme(made_at: datetime) -> bytes:
    lines = (
        "Copie d'un dossier de sante, au format IHE XDM.",
        f"Faite le {made_at.astimezone(LOCAL):%d/%m/%Y a %H:%M} (heure de Paris).",
        "",
        "Pour lire les documents, ouvrez INDEX.HTM avec un navigateur.",
        "Le dossier IHE_XDM est fait pour un logiciel de sante : un METADATA.XML et des documents",
        "dans chacun de ses dossiers. Le dossier LISIBLE contient ce que disent les documents XML,",
        "sous forme de page, de PDF, d'image ou de texte.",
        "",
        "Ces documents sont confidentiels : gardez-les en lieu sur.",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def index(
    entries: Sequence[Entry],
    files: Mapping[UUID, str],
    left_out: Iterable[UUID],
    person: Person,
    sets: ValueSets,
    made_at: datetime,
) -> bytes:
    """A page that needs nothing else: no script, no style or font from elsewhere.

    ``files``: the path of the file to open of each document; ``left_out``: those whose content
    could not be proven.
    """
    missing = set(left_out)
    traits = person.traits
    name = escape(f"{traits.first_given_name or ''} {traits.birth_name or ''}".strip())
    rows = "\n".join(_row(e, files.get(e.document_id), sets) for e in entries)
    lost = "".join(
        f"<p><strong>Document illisible, non joint :</strong> {escape(e.metadata.title)}</p>"
        for e in entries
        if e.document_id in missing
    )
    day = f"{made_at.astimezone(LOCAL):%d/%m/%Y à %H:%M}"
    number = len(files)
    joined = f"{number} documents joints" if number > 1 else f"{number} document joint"
    return f"""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Copie du dossier</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em }}
table {{ border-collapse: collapse; width: 100% }}
caption {{ text-align: left; padding-bottom: .4em }}
td:first-child {{ white-space: nowrap }}
th, td {{ border-bottom: 1px solid #bbb; padding: .4em .6em; text-align: left }}
</style>
</head>
<body>
<h1>Copie du dossier {of_name(name)}</h1>
<p>Faite le {day} (heure de Paris). {joined}.</p>
{lost}
<table>
<caption>Documents, du plus récent au plus ancien</caption>
<thead><tr><th scope="col">Date</th><th scope="col">Document</th><th scope="col">Type</th>
<th scope="col">Auteur</th><th scope="col">État</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
""".encode()


def _row(entry: Entry, path: str | None, sets: ValueSets) -> str:
    said = entry.metadata
    title = escape(said.title)
    link = f'<a href="{escape(path)}">{title}</a>' if path else title
    cells = (
        _day(entry),
        link,
        escape(sets.types[said.type].display),
        escape(", ".join(_authors(entry))),
        _STATES.get(entry.status, ""),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _day(entry: Entry) -> str:
    return "/".join(reversed(entry.metadata.service_day.split("-")))


def _authors(entry: Entry) -> Iterator[str]:
    for author in entry.metadata.authors:
        name = " ".join(filter(None, (author.given, author.family)))
        if words := name or author.institution_name or author.device:
            yield words
