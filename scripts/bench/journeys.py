"""What people do, at rates that rise until Carnet no longer keeps up."""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from scripts.bench.load import Told, elsewhere, open_loop
from scripts.bench.yardsticks import SECONDS, rate_of, together
from scripts.cli.deployment import Deployment
from scripts.demo.cast import HOSPITAL, Cast
from shared.auth.development import DevelopmentIssuer
from shared.kernel.actor import ActorKind
from shared.kernel.clock import ShiftedClock
from shared.kernel.ins import INS_NIR_TEST
from shared.rpc.client import RpcClient

PEOPLE = 50
ASKING = 100
"""People in whose names one caller asks."""
SIZE = 50_000
"""Bytes of a document."""
OPEN_AFTER = timedelta(weeks=6, hours=1)
RATES = (5, 10, 20, 30, 40, 60, 80, 120, 200)
"""A second; tried in order until one is not kept."""
SUSTAINED = 15.0
"""Seconds of one rate."""
SLOWEST = 1000.0
"""Milliseconds at the 95th percentile beyond which a rate is not kept."""
METADATA = {
    "type": "86531-1",
    "title": "Attestation de sortie",
    "creation": "2026-02-05T16:00:00.000Z",
    "service_start": "2026-02-05T16:00:00.000Z",
    "author": "801234567897",
    "institution": HOSPITAL,
    "specialty": "G15_10/SM26",
    "practice_setting": "ETABLISSEMENT",
    "facility_type": "SA01",
    "confidentiality": ["N"],
    "language": "fr-FR",
}


@dataclass(frozen=True)
class Place:
    """All that a process which loads needs to know; it is sent there."""

    amqp_uri: str
    issuer_key: Path
    clock: Path
    records: tuple[str, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    """Record and document."""

    @classmethod
    def of(cls, deployment: Deployment) -> "Place":
        home = deployment.place.home
        return cls(
            deployment.broker.uri(), home / "keys" / "development-issuer.pem", home / "clock"
        )

    def cast(self, rpc: RpcClient) -> Cast:
        return Cast(rpc, DevelopmentIssuer.at(self.issuer_key, ShiftedClock(self.clock)))


def records(place: Place) -> tuple[str, ...]:
    """Announced, and open once their delay has passed."""
    with RpcClient(place.amqp_uri) as rpc:
        cast = place.cast(rpc)
        rows = [_person(number) for number in range(PEOPLE)]
        announced = cast.insurer().do("identity.announce_records", rows=rows)["rows"]
        place.clock.write_text(str(OPEN_AFTER.total_seconds()))
        hospital = cast.hospital()
        for row in rows:
            until = monotonic() + 60
            while hospital.ask("identity.resolve", ins=row["ins"])["status"] != "open":
                if monotonic() > until:
                    raise TimeoutError("a record did not open")
                sleep(0.2)
        return tuple(row["record_id"] for row in announced)


def rpc_sequential(place: Place) -> float:
    """Authenticated, validated, answered: one connection, whose tokens serve for minutes."""
    with RpcClient(place.amqp_uri) as rpc:
        return rate_of(_asking(place, rpc))


def rpc_concurrent(place: Place) -> float:
    with RpcClient(place.amqp_uri) as rpc:

        def call(done: list[int]) -> None:
            ask, until, count = _asking(place, rpc), monotonic() + SECONDS, 0
            while monotonic() < until:
                ask()
                count += 1
            done.append(count)

        return float(sum(together(call))) / SECONDS


def _asking(place: Place, rpc: RpcClient) -> Callable[[], object]:
    """In the name of many people in turn: how often one may call is limited."""
    issuer = DevelopmentIssuer.at(place.issuer_key, ShiftedClock(place.clock))
    tokens = cycle([issuer.token(ActorKind.PATIENT, record_id=str(uuid4())) for _ in range(ASKING)])
    arguments = {"text": "essai"}
    return lambda: rpc.call("directory", "search_professionals", arguments, token=next(tokens))


def depositing(place: Place, rate: float, seconds: float) -> tuple[Told, list[tuple[str, str]]]:
    """Documents of :data:`SIZE` bytes, all different, by a hospital; and which they became."""
    taken: list[tuple[str, str]] = []
    with RpcClient(place.amqp_uri) as rpc:
        hospital = place.cast(rpc).hospital()

        def deposit(number: int) -> None:
            content = b"%PDF-1.4\n%" + os.urandom(SIZE // 2).hex().encode() + b"\n%%EOF"
            answer = hospital.do(
                "vault.deposit",
                record_id=place.records[number % len(place.records)],
                content=base64.b64encode(content).decode(),
                metadata=METADATA,
            )
            taken.append((answer["record_id"], answer["document_id"]))

        return open_loop(rate, seconds, deposit), taken


def opening(place: Place, rate: float, seconds: float) -> tuple[Told, list[tuple[str, str]]]:
    """Each person opens documents of their own."""
    with RpcClient(place.amqp_uri) as rpc:
        cast = place.cast(rpc)

        def read(number: int) -> None:
            record_id, document_id = place.documents[number % len(place.documents)]
            cast.patient(record_id).ask("vault.open", document_id=document_id)

        return open_loop(rate, seconds, read), []


def highest(
    place: Place,
    load: Callable[[Place, float, float], tuple[Told, list[tuple[str, str]]]],
    progress: Callable[[str], Any],
) -> tuple[Told, list[tuple[str, str]]]:
    """The last rate that was kept, and what was made on the way."""
    with progress(f"{load.__name__}, {RATES[0]} a second"):
        best, made = elsewhere(load, place, RATES[0], SUSTAINED)
    for rate in RATES[1:]:
        with progress(f"{load.__name__}, {rate} a second"):
            told, some = elsewhere(load, place, rate, SUSTAINED)
        made += some
        if not told.kept_up or told.percentile(0.95) > SLOWEST:
            break
        best = told
    return best, made


def event_to_journal(place: Place) -> list[float]:
    """Milliseconds from the answer of a deposit to its line in the journal, one at a time."""
    times = []
    with RpcClient(place.amqp_uri) as rpc:
        cast = place.cast(rpc)
        for record_id, document_id in place.documents[:20]:
            patient = cast.patient(record_id)
            opened = patient.ask("vault.open", document_id=document_id)
            began = monotonic()
            patient.ask(
                "audit.journal", record_id=record_id, at_least={"vault": opened["position"]}
            )
            times.append((monotonic() - began) * 1000)
    return times


def _person(number: int) -> dict[str, Any]:
    return {
        "traits": {
            "birth_name": "ESSAI",
            "birth_given_names": "CLAIRE",
            "first_given_name": "CLAIRE",
            "sex": "F",
            "birth_date": f"19{number % 90 + 10}-0{number % 9 + 1}-{number % 27 + 1:02}",
            "birth_place": "51215",
        },
        "ins": {"value": _ins(number), "oid": INS_NIR_TEST},
        "checked_with": "CN",
    }


def _ins(number: int) -> str:
    matricule = f"2790351215{number:03}"
    return f"{matricule}{97 - int(matricule) % 97:02}"
