"""``make audit-million``: events generated, logged, verified and replayed, with time and memory.

    python -m scripts.bench.audit_million [--events 1000000]

Rows are written as a service writes them, sealed under the keys of many records; the log grows
as audit makes it grow; what is timed is what an auditor runs.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.table import Table

from scripts.bench.large_log import NOW, Vault, generate, keys_of
from scripts.cli.audit_evidence import look
from scripts.cli.audit_told import Reader
from scripts.cli.pool import workers
from scripts.cli.processes import ROOT as REPOSITORY
from scripts.cli.screen import out
from services.audit.adapters.contents import StateCheck
from services.audit.adapters.event_stores import SqliteStores
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.inspecting import Inspector
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.batch import Batch
from services.audit.domain.growth import Publisher
from services.audit.domain.verification import Log, Verification
from shared.crypto.signatures import check_ed25519
from shared.kernel.clock import FixedClock
from shared.kernel.note import VerifierKey
from shared.stores.settings import EventStoreSettings

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = VerifierKey("log.carnet.example/million", KEY.public_key().public_bytes_raw())
AT_ONCE = 5_000


def grow(folder: Path, log: Path) -> None:
    """As audit does: leaves first, then files, then one signature."""
    settings, clock = EventStoreSettings(data_dir=folder), FixedClock(NOW)
    with (
        Vault(settings, keys_of("vault"), clock) as vault,
        Audit(settings, keys_of("audit"), clock) as audit,
    ):
        tree, after = SqlTree(audit.guarded), 0
        publisher = Publisher(tree=tree, files=FolderFiles(log), verifier=VERIFIER, sign=KEY.sign)
        while (found := vault.leaves(after, AT_ONCE)).leaves:
            leaves = [(position, bytes.fromhex(digest)) for position, digest in found.leaves]
            tree.append(
                Batch(service="vault", epoch=found.epoch, after=after, to=found.to, leaves=leaves)
            )
            after = found.to
            publisher.publish()
        while publisher.publish():
            pass


def verify(folder: Path, log: Path, events: int) -> int:
    """Every row against its leaf, every tile, the root, and every seal."""
    with workers(partial(_inspector, folder), events) as looking:
        report = Verification(
            source=SqliteStores(folder),
            pages=lambda name: looking.each(look, SqliteStores(folder).stretches(name)),
            log=Log(files=FolderFiles(log), verifier=VERIFIER, check=check_ed25519),
        ).run()
    if not report.log_verified:
        raise SystemExit(f"found: {dict(report.found)}")
    return report.services["vault"].matched


@contextmanager
def _inspector(folder: Path) -> Iterator[Inspector]:
    yield Inspector(SqliteStores(folder), [StateCheck(keys_of)])


def replay(folder: Path) -> int:
    """Every event opened and told, as the auditor's questions read them."""
    heard: Iterator[Any] = Reader(SqliteStores(folder), keys_of).told(services=["vault"])
    return sum(1 for _ in heard)


def one(name: str, folder: Path, events: int) -> None:
    """One step, in a process of its own; tells what it saw, its seconds, and the peak memory in
    MiB of the largest process that had a part in it."""
    data, log = folder / "data", folder / "log"
    steps: dict[str, Callable[[], int | None]] = {
        "generated": lambda: generate(data, events),
        "logged": lambda: grow(data, log),
        "verified": lambda: verify(data, log, events),
        "replayed": lambda: replay(data),
    }
    began = time.monotonic()
    answer = steps[name]()
    peak = max(map(_peak, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
    seen = events if answer is None else answer
    sys.stdout.write(json.dumps([seen, time.monotonic() - began, peak]))


def _peak(of: int) -> int:
    """MiB; of children: that of the largest."""
    return resource.getrusage(of).ru_maxrss // 1024


def run(folder: Path, events: int) -> list[tuple[str, int, float, int]]:
    """Each step with the events it saw, its seconds and its peak memory."""
    found = []
    for name in ("generated", "logged", "verified", "replayed"):
        words = ["--step", name, "--folder", str(folder), "--events", str(events)]
        command = [sys.executable, "-m", "scripts.bench.audit_million", *words]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=REPOSITORY)
        seen, seconds, peak = json.loads(done.stdout)
        found.append((name, seen, seconds, peak))
    return found


def main(
    events: Annotated[int, typer.Option(min=1, help="How many.")] = 1_000_000,
    step: Annotated[str | None, typer.Option(hidden=True)] = None,
    folder: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Generate, log, verify and replay; print the time and the peak memory of each."""
    if step and folder:
        one(step, folder, events)
        return
    with tempfile.TemporaryDirectory(prefix="carnet-million-") as made:
        found = run(Path(made), events)
    table = Table("step", "events", "seconds", "events/s", "peak MiB")
    for name, count, seconds, peak in found:
        table.add_row(name, f"{count:,}", f"{seconds:.1f}", f"{count / seconds:,.0f}", str(peak))
    out.print(table)


if __name__ == "__main__":
    typer.run(main)
