"""Nothing is installed that is not pinned by its hash, under a licence that lets us."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.audit_dependencies import read
from scripts.sbom import licence_of

ROOT = Path(__file__).parents[2]
LOCKS = [ROOT / "requirements.lock", ROOT / "deploy" / "requirements.lock"]
TAKEN = re.compile(
    r"\b(MIT|MIT-0|MIT-CMU|BSD|Apache|Apache-2\.0|ISC|ISCL|PSF-2\.0|Python Software Foundation|"
    r"Unlicense|CNRI-Python|BSD-[23]-Clause|MPL-2\.0|Mozilla Public License 2\.0|LGPL-3\.0-only)\b"
)
"""Free, and compatible with Apache-2.0: the LGPL for libraries that are used unchanged."""
BESIDES = {"pymerkle": "GPL-3.0: another Merkle tree to compare ours with, in tests alone"}


def entries(lock: Path) -> dict[str, str]:
    """What follows each name, by name."""
    whole = lock.read_text().replace("\\\n", " ")
    lines = [line for line in whole.splitlines() if line.strip() and not line.startswith("#")]
    found = {line.partition("==")[0].strip(): line.partition("==")[2] for line in lines}
    assert len(found) == len(lines)
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_every_package_is_one_version_of_known_content(lock: Path) -> None:
    """A name alone would be whatever an index answers on the day of the installation."""
    for name, pinned in entries(lock).items():
        version, *hashes = pinned.split()
        assert re.match(r"\d", version), name
        assert hashes, name
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), name


def test_everything_asked_for_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = {canonicalize_name(name) for name in entries(LOCKS[0])}
    assert {canonicalize_name(Requirement(one).name) for one in asked} <= locked


def test_the_image_holds_nothing_that_the_tests_did_not_run_with() -> None:
    tested, shipped = entries(LOCKS[0]), entries(LOCKS[1])
    assert {name: tested.get(name, "").split()[:1] for name in shipped} == {
        name: pinned.split()[:1] for name, pinned in shipped.items()
    }


def test_every_licence_is_one_we_take() -> None:
    """Named one by one: a licence that nobody has read is not taken."""
    said = {name: licence_of(name) for name in entries(LOCKS[0])}
    unread = {n: licence for n, licence in said.items() if not TAKEN.search(licence)}
    assert unread.keys() == BESIDES.keys(), unread


def test_an_audit_that_asked_about_nothing_is_no_all_clear() -> None:
    """The tool says so itself of a package index without advisories, and ends well."""
    told = {
        "dependencies": [
            {"name": "kombu", "version": "5.7.0", "vulns": []},
            {"name": "amqp", "skip_reason": "not found"},
            {
                "name": "minio",
                "version": "7.2.20",
                "vulns": [{"id": "PYSEC-1", "fix_versions": ["7.3"]}],
            },
        ]
    }
    assert read(told) == (["minio 7.2.20: PYSEC-1, mended in ['7.3']"], ["amqp"])
