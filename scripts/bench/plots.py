"""Pictures of what was measured, for ``docs/benchmarks.md``."""

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from scripts.bench.load import SLOWEST

AIMS: dict[str, tuple[float, bool]] = {
    "deposit_50kb_sustained": (60, True),
    "open_50kb_sustained": (200, True),
    "decide_in_process_us": (100, False),
    "decide_rpc_p95": (6, False),
    "search_10k_record_p95": (50, False),
    "event_to_journal_p95": (500, False),
    "replay_events": (100_000, True),
    "rebuild_read_model_events": (10_000, True),
    "verify_leaves": (50_000, True),
    "redecide": (5_000, True),
    "rss_mb_per_process": (90, False),
}
"""What is aimed at, and whether more is better."""
GOOD, SHORT_OF, LINES = (
    "#1b7f5c",
    "#c4622d",
    ("#1b5e8a", "#c4622d", "#1b7f5c", "#7a4e9a", "#8a8a1b", "#3f3f3f"),
)
COLOURS = 10
"""Lines that matplotlib draws before its colours come again."""
WIDTH = 8.0
BY_REPLICAS = "a call, by replicas of the service"


def draw(home: Path, to: Path) -> None:
    """Whatever there is to draw: figures against their aims, percentiles by rate, growth, soak."""
    to.mkdir(parents=True, exist_ok=True)
    if (latest := home / "latest.json").exists():
        _save(aims(json.loads(latest.read_text())), to / "aims.png")
    if any((home / "raw").glob("*-sqlite.json")):
        _save(rates(home / "raw"), to / "rates.png")
    if (growth := home / "growth.json").exists():
        _save(growing(json.loads(growth.read_text())["milliseconds"]), to / "growth.png")
    if (soaked := home / "soak.json").exists():
        _save(soaking(json.loads(soaked.read_text())), to / "soak.png")


def aims(figures: dict[str, Any]) -> Figure:
    """Each figure as a multiple of its aim; a time as its aim divided by it."""
    there = {name: aim for name, aim in AIMS.items() if name in figures}
    ratios = [
        figures[name] / aim if more else aim / figures[name] for name, (aim, more) in there.items()
    ]
    names = [f"{n}  ({_said(figures[n])}, aim {aim:,g})" for n, (aim, _) in there.items()]
    figure, axes = plt.subplots(figsize=(WIDTH, 0.42 * len(names) + 1.2))
    axes.barh(names, ratios, color=[GOOD if ratio >= 1 else SHORT_OF for ratio in ratios])
    for row, ratio in enumerate(ratios):
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        axes.text(ratio * 1.06, row, f"×{ratio:.2f}", va="center", fontsize=8, bbox=box, zorder=5)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    _in_full(axes.xaxis)
    axes.set_xlim(min([*ratios, 0.1]) / 1.5, max([*ratios, 1.0]) * 2.5)
    axes.invert_yaxis()
    axes.set_title("Share of the aim that is reached; right of the line it is", fontsize=10)
    return figure


def _in_full(axis: Axis) -> None:
    """Of a logarithmic axis: ``0.1``, ``1,000``, not powers of ten."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.set_minor_formatter(NullFormatter())


def _said(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def rates(raw: Path) -> Figure:
    """Percentiles by the rate asked for, of each load on each store."""
    loads = ("deposits", "openings", "decisions")
    figure, all_axes = plt.subplots(1, len(loads), figsize=(WIDTH * 1.35, 3.6), sharey=True)
    for axes, load in zip(all_axes, loads, strict=True):
        for colour, store in zip(LINES, ("sqlite", "postgresql"), strict=False):
            file = raw / f"{load}-{store}.json"
            if file.exists():
                _percentiles(axes, json.loads(file.read_text()), store, colour)
        axes.axhline(SLOWEST, color="grey", linewidth=0.8, linestyle=":")
        axes.set_title(load)
        axes.set_xlabel("asked for, a second")
        axes.set_yscale("log")
        _in_full(axes.yaxis)
        axes.grid(alpha=0.3)
    all_axes[0].set_ylabel("milliseconds since it was due")
    all_axes[0].legend(fontsize=8)
    return figure


def _percentiles(axes: Axes, tried: list[dict[str, Any]], store: str, colour: str) -> None:
    answered = sorted((one for one in tried if "p95_ms" in one), key=lambda one: one["wanted"])
    by_rate = {one["wanted"]: one for one in answered}
    x = list(by_rate)
    for share, style in (("p50_ms", "-"), ("p95_ms", "--")):
        y = [one[share] for one in by_rate.values()]
        label = f"{store}, {share.removesuffix('_ms')}"
        axes.plot(x, y, style, color=colour, marker="o", markersize=3, label=label)


def growing(found: dict[str, list[list[float]]]) -> Figure:
    """Milliseconds of one operation by the size of what it works on, and by replicas."""
    figure, (sizes, replicas) = plt.subplots(
        1, 2, figsize=(WIDTH * 1.25, 4.6), width_ratios=(3, 1), sharey=False
    )
    by_size = {name: points for name, points in found.items() if name != BY_REPLICAS}
    for colour, (name, points) in zip(LINES, by_size.items(), strict=False):
        sizes.plot(*zip(*points, strict=True), color=colour, marker="o", markersize=4, label=name)
    sizes.set_xscale("log")
    sizes.set_yscale("log")
    _in_full(sizes.xaxis)
    _in_full(sizes.yaxis)
    sizes.set_xlabel("how many there are already")
    sizes.set_ylabel("milliseconds of one operation, median")
    sizes.legend(fontsize=8)
    if seen := found.get(BY_REPLICAS):
        replicas.plot(*zip(*seen, strict=True), color=LINES[0], marker="o")
        replicas.set_ylim(top=1.1 * max(milliseconds for _, milliseconds in seen))
    replicas.set_title("milliseconds of one call, 16 callers", fontsize=9)
    replicas.set_xlabel("replicas of the service")
    replicas.set_xticks(range(1, 5))
    replicas.set_ylim(bottom=0)
    for axes in (sizes, replicas):
        axes.grid(alpha=0.3)
    return figure


def soaking(told: dict[str, Any]) -> Figure:
    """Memory of each process, and events not yet in the transparency log, over the time."""
    looks = told["looks"]
    minutes = [look["seconds"] / 60 for look in looks]
    figure, (above, below) = plt.subplots(2, 1, figsize=(WIDTH, 5.2), sharex=True)
    for number, name in enumerate(looks[0]["rss_mb"]):
        style = ("-", "--")[number // COLOURS]
        above.plot(minutes, [look["rss_mb"][name] for look in looks], style, label=name)
    above.set_ylabel("memory, MB")
    above.set_ylim(bottom=0)
    above.legend(fontsize=8, ncols=4)
    below.plot(minutes, [look["lag"] for look in looks], color=LINES[0])
    below.set_ylabel("events not yet logged")
    below.set_xlabel("minutes")
    below.set_ylim(bottom=0)
    return figure


def _save(figure: Figure, to: Path) -> None:
    figure.tight_layout()
    figure.savefig(to, dpi=130)
    plt.close(figure)
