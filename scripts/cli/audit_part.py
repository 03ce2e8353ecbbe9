"""The part of a report about one record, or one period: what was done, by whom, how it ended."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from scripts.cli.audit_sentences import Story
from services.audit.domain.told import Told
from shared.kernel.french import counted

SHOWN = 2_000
"""Acts that a report tells one by one; all are counted."""
ROLES = {
    "patient": "La personne",
    "representative": "Représentants légaux",
    "caregiver": "Aidants",
    "professional": "Professionnels",
    "facility": "Établissements",
    "secretary": "Secrétariats",
    "application": "Services numériques",
    "auditor": "Auditeurs",
    "operator": "Exploitants",
    "support": "Assistance",
    "service": "Système",
}
BAR, LABEL, ROW = 420, 170, 26
"""Of the chart, in pixels: the longest bar, the labels before it, one row."""


@dataclass
class Part:
    """``title``: which record or which period. ``acts``: as :meth:`Story.line` makes them;
    ``counted``: acts by kind of actor and outcome; ``mandates``: uses of mandates."""

    title: str
    acts: list[dict[str, Any]] = field(default_factory=list)
    counted: Counter[tuple[str, bool]] = field(default_factory=Counter)
    mandates: int = 0
    erased: int = 0

    @property
    def total(self) -> int:
        return self.counted.total()


def part_of(title: str, heard: Iterable[Told], story: Story) -> Part:
    part = Part(title)
    for told in heard:
        line = story.line(told)
        if told.erased:
            part.erased += 1
            continue
        part.counted[str(told.by.get("kind", "service")), bool(line["refused"])] += 1
        part.mandates += told.type == "audit.audit_mandate_used"
        if len(part.acts) < SHOWN:
            part.acts.append(line)
    return part


def rows_of(part: Part) -> list[tuple[str, int, int]]:
    """Role in French, done, refused; the busiest first."""
    kinds = {kind for kind, _ in part.counted}
    rows = [(ROLES[kind], part.counted[kind, False], part.counted[kind, True]) for kind in kinds]
    return sorted(rows, key=lambda row: (-row[1] - row[2], row[0]))


def chart(part: Part) -> str:
    """Acts by role, split by outcome; each number is written, no colour alone tells anything."""
    rows = rows_of(part)
    longest = max((done + refused for _, done, refused in rows), default=1)
    height = ROW * max(len(rows), 1) + 8
    bars = "".join(_bar(i, row, longest) for i, row in enumerate(rows))
    return (
        f'<svg class="chart" viewBox="0 0 {LABEL + BAR + 130} {height}" role="img"'
        f' aria-label="Actes par rôle et par issue">{bars}</svg>'
        '<p class="key"><i class="done"></i> faits <i class="refused"></i> refusés</p>'
    )


def _bar(index: int, row: tuple[str, int, int], longest: int) -> str:
    role, done, refused = row
    y, wide = index * ROW + 4, BAR * done / longest
    more = BAR * refused / longest
    said = f"{done}" + (f", {counted(refused, 'refusé')}" if refused else "")
    return (
        f'<text x="{LABEL - 10}" y="{y + 15}" text-anchor="end">{escape(role)}</text>'
        f'<rect class="done" x="{LABEL}" y="{y}" width="{wide:.1f}" height="18" rx="3"/>'
        f'<rect class="refused" x="{LABEL + wide:.1f}" y="{y}" width="{more:.1f}" height="18"/>'
        f'<text x="{LABEL + wide + more + 8:.1f}" y="{y + 15}">{said}</text>'
    )


def timeline(acts: Sequence[Mapping[str, Any]]) -> str:
    """Each act opens to its facts, without a script."""
    return f'<div class="timeline">{"".join(map(_act, acts))}</div>'


def _act(act: Mapping[str, Any]) -> str:
    outcome = '<span class="tag">refusé</span> ' if act["refused"] else ""
    facts = [
        ("Acte", act["action"]),
        ("Acteur", act["who"]),
        ("Droit", act["right"]),
        ("Règles", ", ".join(act["rules"])),
        ("Mode", act["mode"]),
        ("Document", act["document"]),
        ("Preuve", f"carnet audit prove --service {_prove(act['place'])}"),
    ]
    members = "".join(
        f"<dt>{name}</dt><dd><code>{escape(str(value))}</code></dd>"
        for name, value in facts
        if value
    )
    return (
        f"<details><summary><time>{escape(act['at'][:19].replace('T', ' '))}</time> {outcome}"
        f"{escape(act['sentence_fr'])}</summary><dl>{members}</dl></details>"
    )


def _prove(place: str) -> str:
    service, _, position = place.partition(" ")
    return f"{service} --position {position}"


def sections(part: Part) -> str:
    more = part.total - len(part.acts)
    rest = f"<p>comptés mais non listés : {counted(more, 'acte')}</p>" if more > 0 else ""
    gone = (
        f"<p>Événements effacés, dont les clés ont été détruites : {part.erased}.</p>"
        if part.erased
        else ""
    )
    used = f"<p>Usages de mandats d’audit parmi ces actes : {part.mandates}.</p>"
    whole = f"{escape(part.title)} : {counted(part.total, 'acte')}."
    return (
        f'<section><h2>Accès par rôle et par issue <span lang="en">Accesses by role and outcome'
        f"</span></h2><p>{whole}</p>{chart(part)}{used}{gone}"
        f'</section><section><h2>Chronologie <span lang="en">Timeline</span></h2>'
        f"{timeline(part.acts)}{rest}</section>"
    )
