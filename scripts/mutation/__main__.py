"""``make mutation``: puts small wrongs into access, crypto and eventing, and counts who notices.

``python -m scripts.mutation [--most N] [--only TEXT]``: at most N wrongs of each module, drawn by
a fixed seed. Survivors are listed in ``var/mutation``, a file per module.
"""

import argparse
import ast
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from scripts.mutation.modules import MODULES, Module
from scripts.mutation.mutants import Mutant, mutants
from scripts.mutation.trial import passes

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "var" / "mutation"
SEED = 12
LIBRARIES = (
    "_pytest.main", "hypothesis", "pydantic", "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.asymmetric.ed25519", "eventsourcing.application", "cedarpy",
    "eventsourcing.sqlite", "structlog", "jwt", "minio", "pymongo", "prometheus_client",
)  # fmt: skip
"""Imported once, before the processes part."""


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--most", type=int, default=15)
    given.add_argument("--only", default="")
    options = given.parse_args()
    for library in LIBRARIES:
        importlib.import_module(library)
    FOLDER.mkdir(parents=True, exist_ok=True)
    tried = killed = 0
    for module in (m for m in MODULES if options.only in m.name):
        drawn = _drawn(module, options.most)
        survivors = _survivors(module, drawn)
        tried, killed = tried + len(drawn), killed + len(drawn) - len(survivors)
        _tell(module, drawn, survivors)
    print(f"{'all':40} {killed:4} of {tried:4} noticed: {killed / max(tried, 1):.0%}")  # noqa: T201
    return 0


def _drawn(module: Module, most: int) -> Sequence[Mutant]:
    found = list(mutants((ROOT / module.path).read_text()))
    some = Random(SEED).sample(found, min(most, len(found)))  # noqa: S311 - alike on every run
    return sorted(some, key=lambda m: m.line)


def _survivors(module: Module, drawn: Sequence[Mutant]) -> list[Mutant]:
    log = FOLDER / f"{module.name}.log"
    whole = ast.parse((ROOT / module.path).read_text())
    if not passes(module.name, whole, module.arguments, log):
        sys.exit(f"{module.name}: its own tests fail without any wrong; see {log}")
    return [m for m in drawn if passes(module.name, m.code, module.arguments, log)]


def _tell(module: Module, drawn: Sequence[Mutant], survivors: Sequence[Mutant]) -> None:
    killed = len(drawn) - len(survivors)
    share = killed / max(len(drawn), 1)
    print(f"{module.name:40} {killed:4} of {len(drawn):4} noticed: {share:.0%}", flush=True)  # noqa: T201
    lines = [f"{module.path}:{m.line}: {m.change}\n" for m in survivors]
    (FOLDER / f"{module.name}.txt").write_text("".join(lines))


if __name__ == "__main__":
    sys.exit(main())
