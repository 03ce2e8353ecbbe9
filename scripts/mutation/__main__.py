"""``make mutation``: puts small wrongs into what decides, one by one, and counts who notices.

``python -m scripts.mutation [--most N] [--only TEXT ...] [--missing | --survivors]``: at most N
wrongs of each module, drawn by a fixed seed. What came of each module is kept in
``var/mutation/score.json`` as soon as it is known; ``--missing`` passes over modules that have a
score as they now are, ``--survivors`` tries again only what nobody noticed.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from scripts.machine.rabbitmq import Broker, running_broker
from scripts.mutation.modules import MODULES, Module
from scripts.mutation.mutants import Mutant, mutants
from scripts.mutation.score import Score, Scores
from scripts.mutation.trial import passes
from scripts.mutation.warm import Drawn, noticed

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "var" / "mutation"
SEED = 12
LIBRARIES = (
    "_pytest.main", "hypothesis", "pydantic", "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.asymmetric.ed25519", "eventsourcing.application", "cedarpy",
    "eventsourcing.sqlite", "structlog", "jwt", "minio", "pymongo", "prometheus_client",
    "nameko.extensions", "kombu.connection",
)  # fmt: skip
"""Imported once, before the processes part."""


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--most", type=int, default=15)
    given.add_argument("--only", nargs="+", default=[""])
    which = given.add_mutually_exclusive_group()
    which.add_argument("--missing", action="store_true")
    which.add_argument("--survivors", action="store_true")
    options = given.parse_args()
    for library in LIBRARIES:
        importlib.import_module(library)
    scores = Scores(FOLDER / "score.json")
    chosen = [m for m in MODULES if any(text in m.name for text in options.only)]
    for _, modules in groupby(chosen, key=lambda module: module.tests):
        asked = {m: found for m in modules if (found := _asked(m, scores, options))}
        for module, survivors, failing in _tried([(m, drawn) for m, (_, drawn) in asked.items()]):
            scores.keep(module.name, asked[module][0].again(survivors, failing))
    scores.tell()
    return 0


def _asked(
    module: Module, scores: Scores, options: argparse.Namespace
) -> tuple[Score, list[Mutant]] | None:
    """The wrongs to try, and the score they count for."""
    source = (ROOT / module.path).read_text()
    before = scores.of(module.name, source)
    if not options.survivors:
        drawn = _drawn(source, options.most)
        first = Score.first(source, options.most, len(drawn))
        return None if options.missing and before else (first, drawn)
    if before is None or not before.survivors:
        return None
    drawn = [m for m in _drawn(source, before.most) if m.told in before.survivors]
    if len(drawn) < len(before.survivors):
        raise SystemExit(f"{module.name}: other wrongs are drawn now; try it anew")
    return before, drawn


def _drawn(source: str, most: int) -> list[Mutant]:
    found = list(mutants(source))
    some = Random(SEED).sample(found, min(most, len(found)))  # noqa: S311 - alike on every run
    return sorted(some, key=lambda m: m.line)


def _tried(drawn: Drawn) -> Iterator[tuple[Module, list[Mutant], str | None]]:
    """Who survived, and why nothing could be tried."""
    if not drawn:
        return
    wrongs = dict(drawn)
    with TemporaryDirectory() as name, _broker(drawn[0][0], Path(name) / "rabbitmq") as broker:
        folder = Path(name)
        # Of its folders pytest keeps the last three: thousands of trials would remove those of
        # whatever tests run beside them.
        os.environ["PYTEST_DEBUG_TEMPROOT"] = name
        for module, told in noticed(drawn, folder, broker):
            left = [m for number, m in enumerate(wrongs[module]) if number not in told.by]
            if told.failing is None:
                log = folder / "log"
                left = [m for m in left if passes(module, m, told.first, log, broker)]
            yield module, left, told.failing


def _broker(module: Module, home: Path) -> AbstractContextManager[Broker | None]:
    """One for all trials; each test has a vhost of its own in it."""
    return running_broker(home) if module.on_broker else nullcontext()


if __name__ == "__main__":
    sys.exit(main())
