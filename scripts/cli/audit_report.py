"""One HTML file that says what an audit found: no script, nothing loaded from anywhere."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from scripts.cli.audit_part import Part, sections
from scripts.cli.audit_redecide import Redecided
from services.audit.domain.report import SENTENCES, Finding, ServiceCount, VerificationReport

CSS = Path(__file__).with_suffix(".css")
UNHEARD = (
    "Le journal du service d’identité n’était pas à disposition : rien n’y a été comparé.",
    "The log of identity was not at hand: nothing was compared with it.",
)
_TICK = "M5 13l4.5 4.5L19.5 7"
_CROSS = "M6 6l12 12M18 6L6 18"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """``live``: services were running; else a copy was looked at."""

    made_at: datetime
    vkey: str
    live: bool


def render(
    report: VerificationReport,
    again: Redecided | None,
    subject: Subject,
    part: Part | None = None,
) -> str:
    """``part``: what was done to one record or in one period, told act by act."""
    parts = [
        _header(subject),
        _verdict(report, again),
        _figures(report, again),
        sections(part) if part else "",
        _findings(report),
        _services(report),
        _decisions(again),
        _log(report, subject),
        _method(report),
    ]
    return _PAGE.format(css=CSS.read_text(encoding="utf-8"), body="\n".join(parts))


_PAGE = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Carnet – rapport de vérification du journal</title>
<style>
{css}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _both(french: str, english: str) -> str:
    return f'{escape(french)} <span lang="en">{escape(english)}</span>'


def _header(subject: Subject) -> str:
    of_what = (
        _both("sur les données en service", "on live data")
        if subject.live
        else _both("sur une copie des données", "on a copy of the data")
    )
    made = f"{subject.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return (
        "<header><h1>Rapport de vérification du journal</h1>"
        '<p><span lang="en">Transparency log audit report</span></p>'
        f"<p>{made}, {of_what}</p></header>"
    )


def verdict(report: VerificationReport, again: Redecided | None) -> tuple[bool, str, str]:
    """Whether all is well, in French, in English."""
    if report.log_verified and not (again and again.count):
        french = "Rien n’a été modifié, retiré ni ajouté."
        return True, french, "Nothing was changed, removed or added."
    french = "Des écarts ont été trouvés : ils sont nommés ci-dessous."
    return False, french, "Differences were found; each is named below."


def _verdict(report: VerificationReport, again: Redecided | None) -> str:
    clean, french, english = verdict(report, again)
    return (
        f'<div class="verdict {"good" if clean else "bad"}">'
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        '<circle cx="12" cy="12" r="10.9" stroke-width="1.4"/>'
        f'<path transform="translate(2.4 2.4) scale(.8)" d="{_TICK if clean else _CROSS}"/></svg>'
        f"<div><strong>{escape(french)}</strong>"
        f'<span lang="en">{escape(english)}</span></div></div>'
    )


def _figures(report: VerificationReport, again: Redecided | None) -> str:
    events = sum(count.events for count in report.services.values())
    figures = [
        _figure(report.log_size, "entrées du journal", "log entries"),
        _figure(events, "événements comparés", "events compared"),
        _figure(report.documents, "documents comparés", "documents compared"),
        _figure(again.decisions if again else "–", "décisions refaites", "decisions remade"),
        _figure(report.found.total(), "écarts", "findings", bad=not report.log_verified),
    ]
    return f'<div class="figures">{"".join(figures)}</div>'


def _figure(value: int | str, french: str, english: str, *, bad: bool = False) -> str:
    number = f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else value
    return (
        f'<div class="figure{" bad" if bad else ""}"><b>{number}</b><span>{escape(french)}</span>'
        f'<span lang="en">{escape(english)}</span></div>'
    )


def _section(french: str, english: str, content: str) -> str:
    return f"<section><h2>{_both(french, english)}</h2>{content}</section>"


def _findings(report: VerificationReport) -> str:
    if not report.findings:
        none = _both("Aucun écart.", "No finding.")
        return _section("Écarts", "Findings", f'<p class="none">{none}</p>')
    rows = "".join(_finding(finding) for finding in report.findings)
    more = report.found.total() - len(report.findings)
    rest = f"<p>{_both(f'et {more} de plus', f'and {more} more')}</p>" if more else ""
    head = f"<tr><th>{_both('Constat', 'What')}</th><th>{_both('Où', 'Where')}</th></tr>"
    table = f'<table class="text"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return _section("Écarts", "Findings", f'<div class="scroll">{table}</div>{rest}')


def _finding(finding: Finding) -> str:
    english, french = SENTENCES[finding.kind]
    places = [part.split(" ", 1) for part in finding.where.split(", ")] if finding.where else []
    where = "<br>".join(f"{escape(n)} <code>{escape(v)}</code>" for n, v in places)
    return (
        f'<tr><td><span class="tag">{escape(finding.kind.value)}</span><br>'
        f'{escape(french)}<br><span lang="en">{escape(english)}</span></td>'
        f'<td class="where">{where}</td></tr>'
    )


def _services(report: VerificationReport) -> str:
    titles = [
        ("Service", "Service"),
        ("Part du journal", "Share of the log"),
        ("Événements", "Events"),
        ("Retrouvés au journal", "Found in the log"),
        ("Ouverts", "Opened"),
        ("Effacés", "Erased"),
        ("En attente", "Pending"),
    ]
    head = "".join(f"<th>{_both(*title)}</th>" for title in titles)
    size = max(report.log_size, 1)
    rows = "".join(_service(name, count, size) for name, count in sorted(report.services.items()))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return _section("Par service", "By service", f'<div class="scroll">{table}</div>')


def _service(name: str, count: ServiceCount, size: int) -> str:
    share = 100 * count.matched / size
    bar = f'<span class="bar"><i style="width:{share:.1f}%"></i></span>'
    numbers = (count.events, count.matched, count.opened, count.erased, count.pending)
    cells = "".join(f"<td>{number}</td>" for number in numbers)
    shown = f'{bar}<span class="share">{share:.0f} %</span>'
    return f"<tr><td><code>{escape(name)}</code></td><td>{shown}</td>{cells}</tr>"


def _decisions(again: Redecided | None) -> str:
    title = ("Décisions d’accès refaites", "Access decisions made again")
    if again is None:
        text = _both("Non refaites : aucune clé n’a été donnée.", "Not made again: no keys given.")
        return _section(*title, f"<p>{text}</p>")
    left = _left_out(again)
    if not again.count:
        text = _both(
            f"Décisions refaites avec les règles de leur instant : {again.decisions} ; aucune "
            "différence.",
            f"{again.decisions} decisions made again with the rules of their instant: no "
            "difference.",
        )
        return _section(*title, f'<p class="none">{text}</p>{left}')
    rows = "".join(f"<li><code>{escape(said)}</code></li>" for said in again.differing)
    return _section(*title, f"<ul>{rows}</ul>{left}")


def _left_out(again: Redecided) -> str:
    unreached = (
        f"Décisions non refaites, faute du fichier de clés : {again.unreached}.",
        f"{again.unreached} decisions not made again: they need the key file.",
    )
    said = [unreached] * bool(again.unreached) + [UNHEARD] * (not again.heard)
    return "".join(f"<p>{_both(*one)}</p>" for one in said)


def _log(report: VerificationReport, subject: Subject) -> str:
    members = [
        (_both("Journal", "Origin"), report.origin),
        (_both("Taille", "Tree size"), str(report.log_size)),
        (_both("Racine", "Root hash"), report.root),
        (_both("Clé de vérification", "Verifier key"), subject.vkey),
    ]
    rows = "".join(
        f"<dt>{name}</dt><dd><code>{escape(value or '–')}</code></dd>" for name, value in members
    )
    return _section("Le journal signé", "The signed log", f"<dl>{rows}</dl>")


def _method(report: VerificationReport) -> str:
    french = (
        "L’empreinte de chaque événement a été recalculée depuis les bases des services et "
        "comparée, dans l’ordre, aux entrées du journal de transparence ; l’arbre de Merkle "
        "(RFC 6962) a été reconstruit et sa racine comparée au point de contrôle signé."
    )
    english = (
        "The digest of every event was computed again from the services' stores and compared, in "
        "order, with the entries of the transparency log; the Merkle tree (RFC 6962) was rebuilt "
        "and its root compared with the signed checkpoint."
    )
    if report.states_checked:
        french += " Chaque contenu scellé a été ouvert, et chaque document comparé à son empreinte."
        english += " Every sealed state was opened, and every document compared with its hash."
    return f'<footer><p>{escape(french)}</p><p lang="en">{escape(english)}</p></footer>'
