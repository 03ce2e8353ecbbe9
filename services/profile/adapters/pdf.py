"""The summary of a profile on A4, in French, by the reportlab library."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from reportlab.graphics.charts.lineplots import LinePlot
from reportlab.graphics.shapes import Drawing, Line, String
from reportlab.lib.colors import black, grey
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from services.profile.adapters.words import FIELDS, SECTIONS, UNITS, VALUES
from services.profile.domain.kinds import Kind
from services.profile.domain.series import Point, aggregated
from services.profile.domain.summary import Charted, Summary
from shared.kernel.french import FRANCE, counted, french_day, french_time
from shared.printing.sheets import print_sheets
from shared.printing.text import HEADLINE, ITEM, REGULAR, SECTION, SMALL, marked, text

WIDTH, HEIGHT = 160 * mm, 48 * mm
"""Of a chart, axes included."""
_HIDDEN_FIELDS = {"section", "coding", "national_id", "facility"}
_NOTE = (
    "Ce document reprend ce que la personne qui l’a demandé peut voir du profil médical. Il ne"
    " remplace pas l’avis d’un professionnel de santé."
)


class PrintedSummary:
    """The same summary always gives the same bytes. Black on white, no colour to tell apart."""

    def pdf(self, summary: Summary) -> bytes:
        return print_sheets("Profil médical", _story(summary))


def _story(summary: Summary) -> Iterator[Flowable]:
    at = summary.made_at
    yield text("Profil médical", HEADLINE)
    yield text(f"{summary.person.name}, naissance : {_day(summary.person.birth_date)}")
    yield text(f"Établi le {french_day(at)} à {french_time(at)}")
    yield text(_NOTE, SMALL)
    for section, title in SECTIONS.items():
        if entries := summary.sections.get(section):
            yield text(title, SECTION)
            for content in entries:
                yield marked(_entry(content), ITEM, bullet="•")
    if summary.directives:
        yield text("Directives anticipées", SECTION)
        for paragraph in summary.directives.splitlines():
            yield text(paragraph or "\u00a0")
    if summary.measures:
        yield text("Mesures des douze derniers mois", SECTION)
        for charted in summary.measures:
            yield KeepTogether(_measure(charted))


def _entry(content: Mapping[str, Any]) -> str:
    """``Pénicilline ; réaction : urticaire``."""
    lead = escape(str(content.get("label") or content.get("name") or ""))
    shown = [
        f"{FIELDS.get(name, name)} : {escape(_value(name, value))}"
        for name, value in content.items()
        if name not in _HIDDEN_FIELDS | {"label", "name"}
    ]
    return " ; ".join(filter(None, [f"<b>{lead}</b>" if lead else "", *shown]))


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name in {"start", "end", "date"}:
        return _day(str(value))
    return VALUES.get(str(value), str(value))


def _day(text: str) -> str:
    """``28/03/1979``; what is less precise stays as it is, the other way round."""
    return "/".join(reversed(text.split("-")))


def _number_fr(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _measure(charted: Charted) -> list[Flowable]:
    kind, points = charted.kind, charted.points
    last = points[-1]
    values = " / ".join(_number_fr(value) for value in last.values)
    said = (
        f"<b>{escape(kind.label_fr)}</b> : {values} {_unit(kind)}"
        f" le {french_day(last.at)} ; {counted(len(points), 'mesure')}"
    )
    if charted.low or charted.high:
        said += f" ; objectif : {_target(charted)} {_unit(kind)}"
    if charted.centiles and len(points) > 1:
        said += f" ; en gris, 3e, 50e et 97e centiles ({escape(charted.source)})"
    if len(points) > MOST_POINTS:
        said += " ; courbe des moyennes par jour"
    flowables: list[Flowable] = [marked(said)]
    if len(points) > 1:
        flowables.append(_chart(charted))
    return [*flowables, Spacer(1, 3 * mm)]


def _unit(kind: Kind) -> str:
    return escape(UNITS.get(kind.unit, kind.unit))


def _target(charted: Charted) -> str:
    bounds = ((charted.low, "au moins"), (charted.high, "au plus"))
    return ", ".join(
        f"{word} {' / '.join(_number_fr(value) for value in bound)}"
        for bound, word in bounds
        if bound
    )


def _chart(charted: Charted) -> Drawing:
    """A line per part, by day (mean) where there are more points than a print can show."""
    lines = _lines(charted)
    low, high = _range(charted, lines)
    instants = [x for line in lines for x, _ in line]
    first = min(instants)
    last = max(*instants, first + 1.0)
    plot = LinePlot()
    plot.x, plot.y, plot.width, plot.height = 30, 22, int(WIDTH) - 40, int(HEIGHT) - 30
    references = [[(at.timestamp(), y) for at, y in one.line] for one in charted.centiles]
    plot.data = [*lines, *references]
    for number in range(len(plot.data)):
        is_reference = number >= len(lines)
        plot.lines[number].strokeColor = grey if is_reference else black
        plot.lines[number].strokeWidth = 0.5 if is_reference else 1
        plot.lines[number].strokeDashArray = [3, 2] if 0 < number < len(lines) else None
    plot.xValueAxis.valueMin, plot.xValueAxis.valueMax = first, last
    plot.xValueAxis.valueSteps = [first, (first + last) / 2, last]
    plot.xValueAxis.labelTextFormat = _short_day
    plot.xValueAxis.labels.fontName = plot.yValueAxis.labels.fontName = REGULAR
    plot.yValueAxis.valueMin, plot.yValueAxis.valueMax = low, high
    plot.yValueAxis.labelTextFormat = lambda value: _number_fr(round(value, 1))
    drawing = Drawing(WIDTH, HEIGHT)
    drawing.add(plot)
    for bound in (*(charted.low or ()), *(charted.high or ())):
        y = plot.y + plot.height * (bound - low) / (high - low)
        drawing.add(
            Line(plot.x, y, plot.x + plot.width, y, strokeColor=grey, strokeDashArray=[1, 2])
        )
    for one, line in zip(charted.centiles, references, strict=True):
        y = plot.y + plot.height * (line[-1][1] - low) / (high - low)
        x = plot.x + plot.width + 2
        drawing.add(String(x, y - 2, one.label, fontName=REGULAR, fontSize=6))
    drawing.add(String(0, HEIGHT - 8, _unit(charted.kind), fontName=REGULAR, fontSize=7))
    return drawing


def _lines(charted: Charted) -> list[list[tuple[float, float]]]:
    points = charted.points
    if len(points) > MOST_POINTS:
        points = [_mean(bucket) for bucket in aggregated(points, "day")]
    parts = range(len(charted.kind.parts))
    return [[(point.at.timestamp(), point.values[part]) for point in points] for part in parts]


MOST_POINTS = 400


def _mean(bucket: Any) -> Point:
    return Point(
        measure_id=None, at=bucket.start, values=tuple(spread.mean for spread in bucket.spreads)
    )


def _range(charted: Charted, lines: list[list[tuple[float, float]]]) -> tuple[float, float]:
    """Of the values and the target, with some room."""
    values = [y for line in lines for _, y in line]
    values += [*(charted.low or ()), *(charted.high or ())]
    values += [y for one in charted.centiles for _, y in one.line]
    room = (max(values) - min(values)) * 0.1 or 1.0
    return min(values) - room, max(values) + room


def _short_day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, FRANCE).strftime("%d/%m/%Y")
