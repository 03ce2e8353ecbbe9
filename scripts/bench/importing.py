"""How fast the national directory comes in: lines a second, of a made-up extract."""

import tempfile
from itertools import count
from pathlib import Path
from time import perf_counter

from scripts.bench.journeys import Place
from scripts.cli.directory_import import Import
from scripts.cli.directory_sample import write_sample
from services.directory.adapters.extract_layout import Layout
from services.directory.adapters.extracts import sort_extract
from services.directory.contract.importing import ExtractKind
from shared.auth.development import DevelopmentIssuer
from shared.kernel.actor import ActorKind
from shared.kernel.clock import SystemClock
from shared.rpc.client import RpcClient

LINES = 10_000
KIND = ExtractKind.ACTIVITIES
CALL_SECONDS = 60.0


def lines(place: Place) -> float:
    """Everything of an import: the file read and sorted, sent, and ended."""
    issuer, calls = DevelopmentIssuer.at(place.issuer_key, SystemClock()), count()

    def token() -> str:
        return issuer.token(ActorKind.OPERATOR, sub=f"directory-{next(calls) % 10}")

    with (
        tempfile.TemporaryDirectory(prefix="carnet-bench-") as made,
        RpcClient(place.amqp_uri, timeout=CALL_SECONDS) as client,
    ):
        file = Path(made) / "extract.txt"
        write_sample(file, LINES)
        began = perf_counter()
        content = sort_extract(file, Layout.read(KIND, None), Path(made))
        run = Import(client, token, KIND)
        run.begin(content, "refuse")
        for _ in run.send(content):
            pass
        run.end("keep")
        return LINES / (perf_counter() - began)
