"""The story on a terminal."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import track
from rich.table import Table
from rich.text import Text

from scripts.demo.tally import Tally
from shared.kernel.clock import parse_instant

PARIS = ZoneInfo("Europe/Paris")
JOURNAL_LINES = 12
"""Lines of the journal shown; the person's own screen pages through all."""


class Terminal:
    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def chapter(self, title: str) -> None:
        self._console.print(f"\n[bold cyan]{title}[/]")

    def tell(self, sentence: str) -> None:
        """Indented as it is, and so are the lines it goes on in."""
        text = sentence.lstrip()
        left = 2 + len(sentence) - len(text)
        self._console.print(Padding(Text(text), (0, 0, 0, left)))

    def steps(self, label: str, items: Sequence[Any]) -> Iterator[Any]:
        yield from track(items, description=f"  {label}", console=self._console, transient=True)

    def journal(self, lines: Sequence[dict[str, Any]]) -> None:
        table = Table(title=f"Mon journal, {len(lines)} lignes", title_justify="left", box=None)
        table.add_column("quand", style="dim", no_wrap=True)
        table.add_column("ce qui s’est passé")
        for line in lines[:JOURNAL_LINES]:
            at = parse_instant(line["at"]).astimezone(PARIS)
            table.add_row(f"{at:%d/%m/%Y %Hh%M}", line["sentence_fr"])
        self._console.print(table)

    def summary(self, tally: Tally, file: Path) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_column()
        table.add_column(overflow="fold")
        for label, value in _lines(tally):
            table.add_row(label, value)
        self._console.print()
        self._console.print(Panel(table, title="What happened", title_align="left", expand=False))
        if tally.documents_not_taken:
            refused = Table(title="Not taken", title_justify="left", box=None)
            refused.add_column("document")
            refused.add_column("why")
            for name, why in tally.documents_not_taken.items():
                refused.add_row(name, why)
            self._console.print(refused)
        self._console.print(f"The numbers are in {file}.", style="dim")


def _lines(tally: Tally) -> Iterator[tuple[str, str]]:
    taken = f"{tally.documents_deposited} of {tally.documents_seen}"
    relabelled = f" ({tally.documents_relabelled} written with the test OID first)"
    yield "documents taken", taken + (relabelled if tally.documents_relabelled else "")
    yield "recognised as the same", str(tally.duplicates_refused)
    yield "replaced by a new version", str(tally.replacements)
    yield "opened", str(tally.documents_opened)
    yield "accesses refused", str(tally.accesses_refused)
    yield "lines in the journal", str(tally.journal_entries)
    log = "every event found in it, unchanged" if tally.log_verified else "[red]NOT VERIFIED[/]"
    yield "transparency log", f"{tally.log_size} leaves, {log}"
    differing = tally.decisions_differing
    same = "none differs" if not differing else f"[red]{differing} differ[/]"
    yield "decisions made again", f"{tally.decisions_redecided}, {same}"
    for number, named in enumerate(tally.tampering_named):
        yield "tampering found" if number == 0 else "", named
    yield "seconds", f"{tally.seconds:.0f}"
