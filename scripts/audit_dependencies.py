"""``make audit-dependencies``: known weaknesses of every package of the lock.

Asks the advisory service of the Python Package Index, which has to be within reach. Exit codes: 0
none known, 1 some are known (they are listed), 4 not every package could be asked about.
"""

import json
import subprocess
from typing import Any

import typer

from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit, end

TOOL = ROOT / "var" / "tools" / "venv" / "bin" / "pip-audit"
OPTIONS = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off")


def main() -> None:
    """Ask, list, and end with the code that says what was found."""
    lock = ["--requirement", str(ROOT / "requirements.lock")]
    if not TOOL.exists():
        end(Exit.MISSING, "run: make audit-dependencies")
    told = subprocess.run([str(TOOL), *lock, *OPTIONS], capture_output=True, text=True, check=False)
    if not told.stdout.strip():
        end(Exit.NOT_RUNNING, "The advisory service is out of reach: nothing is known.")
    known, unasked = read(json.loads(told.stdout))
    for line in known:
        typer.echo(line)
    if known:
        end(Exit.REFUSED, f"{len(known)} weaknesses are known.")
    if unasked:
        end(Exit.NOT_RUNNING, f"The advisory service has no answer for {len(unasked)} packages.")
    typer.echo("No weakness is known.")


def read(told: dict[str, Any]) -> tuple[list[str], list[str]]:
    """A line for each weakness, and the packages that could not be asked about: pip-audit itself
    ends well when it has asked about none."""
    packages = told["dependencies"]
    known = [
        f"{one['name']} {one['version']}: {found['id']}, mended in {found['fix_versions']}"
        for one in packages
        for found in one.get("vulns", [])
    ]
    return known, [one["name"] for one in packages if "skip_reason" in one]


if __name__ == "__main__":
    typer.run(main)
