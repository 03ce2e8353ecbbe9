"""``make sbom``: what the image holds, as CycloneDX, and under which licences.

The list is made of the image's lock by ``cyclonedx-py``; licences are what the packages that are
installed here, by the same lock, say of themselves. One that forbids our use ends it.
"""

import json
import re
import subprocess
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

import typer

from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit, end
from scripts.machine.files import private_folder

LOCK = ROOT / "deploy" / "requirements.lock"
TOOL = ROOT / "var" / "tools" / "venv" / "bin" / "cyclonedx-py"
FOLDER = ROOT / "var" / "sbom"
REFUSED = re.compile(r"\bAGPL|\bGPL|Affero|SSPL|BUSL|Commons Clause|Proprietary", re.IGNORECASE)
LINKED = re.compile(r"LGPL|Lesser", re.IGNORECASE)
"""Libraries that are used unchanged, from their own package, may be of these."""
READ = {"cedarpy": "Apache-2.0", "atheris": "Apache-2.0"}
"""From the licence file of a package whose metadata say nothing."""
CLASSIFIER = "License :: OSI Approved :: "


def main() -> None:
    """Write var/sbom/carnet.cdx.json and var/sbom/licences.txt."""
    if not TOOL.exists():
        end(Exit.MISSING, "run: make sbom")
    private_folder(FOLDER)
    target = FOLDER / "carnet.cdx.json"
    options = ["--output-reproducible", "--spec-version", "1.6", "--output-format", "JSON"]
    command = [str(TOOL), "requirements", *options, "--output-file", str(target), str(LOCK)]
    subprocess.run(command, check=True, capture_output=True)
    found = licences()
    text = "".join(f"{name}\t{licence}\n" for name, licence in sorted(found.items()))
    (FOLDER / "licences.txt").write_text(text)
    components = json.loads(target.read_text())["components"]
    typer.echo(f"{len(components)} components in {target}, {len(found)} licences beside it")
    if refused := [f"{n}: {licence}" for n, licence in found.items() if not is_ours(licence)]:
        end(Exit.REFUSED, "\n".join(refused))


def licences() -> dict[str, str]:
    """By package of the image's lock."""
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", LOCK.read_text(), re.MULTILINE)
    return {name: licence_of(name) for name in names}


def licence_of(name: str) -> str:
    """An SPDX expression, the classifiers, or the first line of the old free text."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return "not installed here"
    return (
        READ.get(name)
        or _said(said, "License-Expression")
        or _classified(said)
        or _first_line(said)
    )


def _classified(said: PackageMetadata) -> str:
    found = said.get_all("Classifier") or []
    return ", ".join(c.removeprefix(CLASSIFIER) for c in found if c.startswith(CLASSIFIER))


def _first_line(said: PackageMetadata) -> str:
    text = _said(said, "License").strip()
    return text.splitlines()[0] if text else "not said"


def _said(found: PackageMetadata, name: str) -> str:
    return str((found.get_all(name) or [""])[0])


def is_ours(licence: str) -> bool:
    """Whether a service under Apache-2.0 may ship it."""
    return bool(LINKED.search(licence)) or not REFUSED.search(licence)


if __name__ == "__main__":
    typer.run(main)
