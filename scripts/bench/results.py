"""What was measured, where: ``var/bench/latest.json``, and the table of ``docs/benchmarks.md``."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

KEYS = (
    "rpc_sequential", "rpc_concurrent16", "rpc_raw_amqp_sequential", "rpc_stock_nameko_sequential",
    "rpc_stock_nameko_concurrent16", "rpc_directory_sequential", "rpc_directory_concurrent16",
    "deposit_50kb_sustained", "deposit_p50", "deposit_p95",
    "open_50kb_sustained", "open_p95", "decide_in_process_us", "decide_rpc_p95",
    "search_10k_record_p95", "event_to_journal_p95", "replay_events", "rebuild_read_model_events",
    "verify_leaves", "redecide", "import_directory_lines", "rss_mb_per_process", "rss_mb_total",
    "demo_seconds_warm",
)  # fmt: skip
"""What every run writes; rates a second, times in milliseconds, sizes in MB."""
POSTGRESQL = "postgresql-15"  # of Debian 12
LIBRARIES = ("nameko", "kombu", "eventlet", "amqp", "eventsourcing", "pydantic", "cedarpy")


PICTURES = (
    "![Each figure as a share of its aim](benchmarks/aims.png)",
    "",
    "Left of the line the aim is not reached; of a time, the aim is divided by what was measured.",
    "",
    "![Percentiles by the rate asked for](benchmarks/rates.png)",
    "",
    "Each rung that was tried, kept or not; above the dotted line a rate is not sustained.",
)
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- /figures -->"


@dataclass(frozen=True)
class Line:
    """One line of the table. ``beside``: figures of the same run to read it against."""

    key: str
    unit: str
    aim: str
    beside: tuple[str, ...] = ()


LINES = (
    Line("rpc_sequential", "/s", "half of raw", ("rpc_raw_amqp_sequential",
         "rpc_stock_nameko_sequential", "rpc_faststream_sequential")),
    Line("rpc_concurrent16", "/s", "3 times stock", ("rpc_stock_nameko_concurrent16",
         "rpc_faststream_concurrent16")),
    Line("rpc_directory_sequential", "/s", ""),
    Line("rpc_directory_concurrent16", "/s", ""),
    Line("deposit_50kb_sustained", "/s", "60, then 120", ("s3_put_50kb",)),
    Line("deposit_p50", "ms", ""),
    Line("deposit_p95", "ms", ""),
    Line("open_50kb_sustained", "/s", "200", ("s3_get_50kb",)),
    Line("open_p95", "ms", ""),
    Line("decide_in_process_us", "µs", "100", ("cedarpy_one_us", "cedarpy_all_us")),
    Line("decide_rpc_p95", "ms", "6 at 200/s", ("decide_rpc_rate",)),
    Line("search_10k_record_p95", "ms", "50"),
    Line("event_to_journal_p95", "ms", "500 at 50/s", ("event_to_journal_rate",)),
    Line("replay_events", "/s", "100,000"),
    Line("rebuild_read_model_events", "/s", "10,000", ("rebuild_in_one_process",)),
    Line("verify_leaves", "/s", "50,000", ("pymerkle_leaves", "verify_documents_50kb")),
    Line("redecide", "/s", "5,000"),
    Line("import_directory_lines", "/s", ""),
    Line("saves", "/s", "", ("eventsourcing_saves",)),
    Line("sealed_and_opened_mib", "MiB/s", "", ("sha256_alone_mib",)),
    Line("rss_mb_per_process", "MB", "90"),
    Line("rss_mb_total", "MB", ""),
    Line("demo_seconds_warm", "s", ""),
)  # fmt: skip


def machine() -> dict[str, Any]:
    """Enough to know whether two runs may be compared."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "model": _model(),
        "memory_gb": round(memory / 2**30, 1),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "python": platform.python_version(),
        "servers": {name: _debian(name) for name in ("rabbitmq-server", POSTGRESQL)},
        "libraries": {name: version(name) for name in LIBRARIES},
        "load_before": round(os.getloadavg()[0], 2),
    }


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")


def _debian(package: str) -> str:
    command = ["dpkg-query", "--show", "--showformat=${Version}", package]  # of Debian
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


@dataclass
class Results:
    """``figures``: by key; those of PostgreSQL under ``postgresql``."""

    home: Path
    figures: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=machine)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def missing(self) -> list[str]:
        return [key for key in KEYS if key not in self.figures]

    def write(self) -> Path:
        """Beside the last one, also under its date: nothing that was measured is lost."""
        self.home.mkdir(parents=True, exist_ok=True)
        whole = {
            "at": self.at.isoformat(timespec="seconds"),
            "machine": self.machine,
            **self.figures,
        }
        text = json.dumps(whole, indent=2) + "\n"
        for name in (f"{self.at:%Y%m%dT%H%M%S}.json", "latest.json"):
            (self.home / name).write_text(text)
        return self.home / "latest.json"

    def _seen(self) -> str:
        there = self.machine
        servers = ", ".join(f"{name} {number}" for name, number in there["servers"].items())
        return (
            f"Seen on {self.at:%d %B %Y at %H:%M} UTC: {there['cores']} cores ({there['model']}),"
            f" {there['memory_gb']} GB, {there['system']}, kernel {there['kernel']}, Python"
            f" {there['python']}, {servers}, a load of {there['load_before']} when it began, load"
            " generators on the same cores. SQLite unless it says PostgreSQL."
        )

    def markdown(self) -> str:
        """What stands in ``docs/benchmarks.md``: where and when, and the table."""
        postgresql = self.figures.get("postgresql", {})
        rows = [self._seen(), "",
                "| Figure | Measured | On PostgreSQL | Aim | Beside it, same run |",
                "|---|---|---|---|---|"]  # fmt: skip
        for line in LINES:
            if line.key not in self.figures:
                continue
            beside = ", ".join(
                f"`{name}` {_said(self.figures[name])}"
                for name in line.beside
                if name in self.figures
            )
            other = f"{_said(postgresql[line.key])} {line.unit}" if line.key in postgresql else ""
            measured = f"**{_said(self.figures[line.key])} {line.unit}**"
            rows.append(f"| `{line.key}` | {measured} | {other} | {line.aim} | {beside} |")
        return "\n".join([*rows, "", *PICTURES]) + "\n"


def publish(page: Path, table: str) -> None:
    """Put the table in its place in a page, between its marks."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has no place for the figures")
    page.write_text(f"{before}{BEGIN}\n{table}{END}{after}")


def _said(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
