"""What was measured, where: ``var/bench/latest.json``, and a table to read."""

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

WANTED = {
    "rpc_sequential": ("at least half of raw AMQP", "rpc_raw_amqp_sequential", 0.5),
    "rpc_concurrent16": ("at least 3 times stock nameko", "rpc_stock_nameko_concurrent16", 3.0),
}
"""What a figure is compared with, measured in the same run."""


@dataclass
class Results:
    """``figures``: rates a second, times in milliseconds, sizes in MB."""

    figures: dict[str, float] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        whole = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
        file.write_text(json.dumps({**whole, **self.figures}, indent=2) + "\n")

    def table(self) -> Table:
        table = Table("figure", box=None, pad_edge=False)
        table.add_column("measured", justify="right")
        table.add_column("against")
        table.add_column("ratio", justify="right")
        for name, value in self.figures.items():
            sentence, yardstick, _ = WANTED.get(name, ("", "", 0.0))
            ratio = f"{value / self.figures[yardstick]:.2f}" if yardstick in self.figures else ""
            table.add_row(name, f"{value:,.1f}", sentence, ratio)
        return table


def machine() -> dict[str, Any]:
    """Enough to know whether two runs may be compared."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "load_before": round(os.getloadavg()[0], 2),
    }
