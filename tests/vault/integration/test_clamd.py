"""The real ClamAV daemon, with one signature of our own: none of its makers' is needed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.machine.kept import Kept
from services.vault.adapters.clamd import Clamd
from shared.kernel.errors import InvalidRequest, Unavailable
from tests.vault.cda import PDF, cda, enclosing
from tests.vault.world import World

PROGRAM = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
MARK = b"CARNET-TEST-MALWARE-SIGNATURE"


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    if PROGRAM is None:
        pytest.skip("ClamAV is not installed: apt-get install clamav-daemon")
    home = tmp_path_factory.mktemp("clamd")
    (home / "db").mkdir()
    (home / "db" / "own.ndb").write_text(f"Carnet.Test:0:*:{MARK.hex()}\n")
    (home / "clamd.conf").write_text(
        f"LocalSocket {home}/clamd.sock\nDatabaseDirectory {home}/db\nForeground yes\n"
        "StreamMaxLength 6M\nUser root\n"
    )
    home.chmod(0o755)
    daemon = Kept("clamd", home)
    daemon.start([PROGRAM, "--config-file", str(home / "clamd.conf")], environ=dict(os.environ))
    scanner = Clamd(f"unix://{home}/clamd.sock", 10)

    def answers() -> bool:
        try:
            return scanner.infection(b"hello") is None
        except Unavailable:
            return False

    daemon.wait_until(answers, within=60)
    yield scanner
    daemon.stop()


def test_clean_and_infected_are_told_apart(clamd: Clamd) -> None:
    """A whole document's worth of bytes, the mark at its end."""
    assert clamd.infection(PDF + bytes(4_900_000)) is None
    found = clamd.infection(PDF + bytes(4_900_000) + MARK)
    assert found is not None
    assert found.startswith("Carnet.Test")


def test_more_than_it_takes_is_no_verdict(clamd: Clamd) -> None:
    """Its own limit is below ours: an operator's mistake must not let anything through."""
    with pytest.raises(Unavailable):
        clamd.infection(bytes(7_000_000))


def test_a_deposit_is_refused_for_what_it_encloses(clamd: Clamd, tmp_path: Path) -> None:
    world = World(tmp_path, scanner=clamd)
    world.deposit(cda(body=enclosing(PDF)))
    with pytest.raises(InvalidRequest) as refused:
        world.deposit(cda(body=enclosing(PDF.replace(b"Catalog", b"Catalog%" + MARK))))
    world.vault.close()

    assert refused.value.fields["content.body"].startswith("is infected: Carnet.Test")
