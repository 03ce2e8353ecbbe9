"""What an auditor waits for: rows against their leaves, decisions again, events read again."""

import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from scripts.bench import audit_million as million
from scripts.bench.large_log import generate, opened_vault, replayed
from scripts.bench.own_list import projector
from scripts.bench.record import as_in_a_service, documents_of
from scripts.cli.audit_evidence import Where, open_evidence
from scripts.cli.audit_redecide import redecide_stored
from scripts.cli.deployment import Deployment
from scripts.cli.pool import workers
from shared.eventing.project import Projector, stretches

EVENTS = 200_000
STRETCH = 2_000
DOCUMENTS = 100_000
AT_ONCE = 500


def of_a_large_log() -> dict[str, float]:
    """A second: leaves verified, and events read, opened and rebuilt; over all cores, and the
    time to start processes is in it."""
    with tempfile.TemporaryDirectory(prefix="carnet-bench-") as made:
        folder = Path(made)
        data, log = folder / "data", folder / "log"
        generate(data, EVENTS)
        million.grow(data, log)
        began = perf_counter()
        if million.verify(data, log, EVENTS) != EVENTS:
            raise SystemExit("the log of the bench did not verify")
        verified = perf_counter()
        with workers(partial(opened_vault, data), EVENTS) as replaying:
            pieces = ((n, n + STRETCH) for n in range(0, EVENTS, STRETCH))
            seen = sum(replaying.each(replayed, pieces))
        read_again = perf_counter()
    if seen != EVENTS:
        raise SystemExit(f"{seen} events were read again of {EVENTS}")
    return {
        "verify_leaves": EVENTS / (verified - began),
        "replay_events": EVENTS / (read_again - verified),
    }


def of_a_read_model() -> dict[str, float]:
    """Events a second: the vault's list of documents, built anew from its log (SQLite); as an
    operator's command does it, over all cores and the time to start processes in it, and as a
    service does, in one process."""
    with tempfile.TemporaryDirectory(prefix="carnet-bench-") as made:
        home = Path(made)
        with opened_vault(home) as log:
            for batch in _batches():
                log.save(*batch)
        took = []
        for rebuild in (_over_all_cores, _in_one_process):
            with projector(home) as anew, as_in_a_service():
                began = perf_counter()
                rebuild(home, anew)
                took.append(perf_counter() - began)
    several, one = (DOCUMENTS / seconds for seconds in took)
    return {"rebuild_read_model_events": several, "rebuild_in_one_process": one}


def _over_all_cores(home: Path, anew: Projector) -> None:
    with workers(partial(projector, home), DOCUMENTS) as several:
        anew.rebuild(several.each(Projector.made_in, stretches(DOCUMENTS)))


def _in_one_process(_: Path, anew: Projector) -> None:
    anew.rebuild()


def of_what_runs(deployment: Deployment) -> dict[str, float]:
    """Of what the loads left: stored documents read and hashed again, decisions taken again."""
    where = Where(settings=deployment.place.settings())
    evidence = open_evidence(where)
    if not evidence.verify().log_verified:
        raise SystemExit("the log that the bench left did not verify")
    began = perf_counter()
    report = evidence.verify()
    verified = perf_counter()
    again = redecide_stored(where)
    if again.count:
        raise SystemExit(f"decided otherwise: {again.differing[:3]}")
    decided = perf_counter()
    return {
        "verify_documents_50kb": report.documents / (verified - began),
        "verify_leaves_with_documents": report.log_size / (verified - began),
        "redecide": again.decisions / (decided - verified),
        "redecided_decisions": again.decisions,
    }


def _batches() -> Iterator[list[Any]]:
    made = documents_of(DOCUMENTS)
    while batch := list(islice(made, AT_ONCE)):
        yield batch
