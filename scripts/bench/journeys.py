"""What people and services do, each load in a process of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.bench.load import Told, Watch, open_loop
from scripts.cli.deployment import Deployment
from scripts.demo.cast import DENTAL_PRACTICE, GENERAL_PRACTICE, HOSPITAL, Caller, Cast
from shared.auth.claims import actor_of
from shared.auth.development import LIFE, DevelopmentIssuer
from shared.auth.service_keys import private_key
from shared.auth.service_tokens import ServiceTokens
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import ActorKind
from shared.kernel.clock import Clock, SystemClock, instant
from shared.kernel.ins import INS_NIR_TEST
from shared.rpc.client import RpcClient

PEOPLE = 50
FACILITIES = (HOSPITAL, GENERAL_PRACTICE, DENTAL_PRACTICE)
"""Whose software deposits: how often one caller may call is limited."""
SIZE = 50_000
"""Bytes of a document."""
SETTINGS: dict[str, str | None] = {"CARNET_CLOCK_FILE": None}
"""The clock is the system's, as in production: one that is shifted reads its file a dozen times a
call."""
NOTIFIED_AGO = timedelta(weeks=6) - timedelta(seconds=5)
"""When people were told of their record, which opens six weeks later."""
LOOKED_FOR = 10
"""One deposit in so many is looked for in the journal."""
RESOURCE = {"kind": "document", "class": "10", "type": "11502-2", "confidentiality": ["N"]}
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


class Keeping(DevelopmentIssuer):
    """Gives the same caller the same token for half of its life, as software keeps its own."""

    def __init__(self, key: Ed25519PrivateKey, clock: Clock | None = None) -> None:
        super().__init__(key, clock)
        self._kept: dict[str, tuple[str, float]] = {}

    def token(self, kind: ActorKind | str, *, life: int = LIFE, **claims: Any) -> str:
        name, now = f"{kind} {sorted(claims.items())}", monotonic()
        token, until = self._kept.get(name, ("", 0.0))
        if until < now:
            token = super().token(kind, life=life, **claims)
            self._kept[name] = token, now + life / 2
        return token


@dataclass(frozen=True)
class Place:
    """All that a process which loads needs to know; it is sent there."""

    amqp_uri: str
    issuer_key: Path
    records: tuple[str, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    """Record and document."""

    @classmethod
    def of(cls, deployment: Deployment) -> "Place":
        home = deployment.place.home
        return cls(deployment.broker.uri(), home / "keys" / "development-issuer.pem")

    def cast(self, rpc: RpcClient) -> Cast:
        return Cast(rpc, Keeping.at(self.issuer_key, SystemClock()))


def records(place: Place) -> tuple[str, ...]:
    """Announced, and open."""
    with RpcClient(place.amqp_uri) as rpc:
        cast = place.cast(rpc)
        told = {"notice_sent_at": instant(SystemClock().now() - NOTIFIED_AGO)}
        rows = [_person(number) | told for number in range(PEOPLE)]
        announced = cast.insurer().do("identity.announce_records", rows=rows)["rows"]
        hospital = cast.hospital()
        for row in rows:
            until = monotonic() + 60
            while hospital.ask("identity.resolve", ins=row["ins"])["status"] != "open":
                if monotonic() > until:
                    raise TimeoutError("a record did not open")
                sleep(1)  # few checks of existence are allowed a minute
        return tuple(row["record_id"] for row in announced)


def documents(place: Place, count: int) -> tuple[tuple[str, str], ...]:
    """Deposited one after another: what is then opened."""
    with RpcClient(place.amqp_uri) as rpc:
        deposit = depositor(place, rpc, uuid4())
        answers = [deposit(number) for number in range(count)]
    return tuple((answer["record_id"], answer["document_id"]) for answer in answers)


def depositing(place: Place, rate: float, seconds: float) -> Told:
    """Documents of :data:`SIZE` bytes, all different, by the software of hospitals."""
    with RpcClient(place.amqp_uri) as rpc:
        return open_loop(rate, seconds, depositor(place, rpc, uuid4()))


def opening(place: Place, rate: float, seconds: float) -> Told:
    """Each person opens documents of their own."""
    with RpcClient(place.amqp_uri) as rpc:
        cast = place.cast(rpc)

        def read(number: int) -> None:
            record_id, document_id = place.documents[number % len(place.documents)]
            cast.patient(record_id).ask("vault.open", document_id=document_id)

        return open_loop(rate, seconds, read)


def deciding(place: Place, rate: float, seconds: float) -> Told:
    """Asked by the vault, for the people of many records; each decision is saved."""
    clock = SystemClock()
    key = private_key(place.issuer_key.parent / "services", "vault")
    expires = int(clock.now().timestamp()) + 290
    people = [
        actor_of({"kind": "patient", "record_id": one, "exp": expires}, clock.now())
        for one in place.records
    ]
    with RpcClient(place.amqp_uri, tokens=ServiceTokens("vault", key, clock)) as rpc:

        def decide(number: int) -> None:
            person = number % len(people)
            request = {
                "record_id": place.records[person],
                "action": "read",
                "resource": RESOURCE,
            }
            rpc.call("access", "decide", request, by=people[person])

        return open_loop(rate, seconds, decide)


def journalling(place: Place, rate: float, seconds: float) -> Told:
    """Deposits at that rate; the times are those from the answer of one in :data:`LOOKED_FOR` to
    its line in the person's journal."""
    watch = Watch()
    with RpcClient(place.amqp_uri) as rpc:
        cast, deposit = place.cast(rpc), depositor(place, rpc, uuid4())

        def followed(number: int) -> None:
            answer = deposit(number)
            if number % LOOKED_FOR:
                return
            saved, record_id = monotonic(), answer["record_id"]
            at_least = {"vault": answer["position"]}
            cast.patient(record_id).ask("audit.journal", record_id=record_id, at_least=at_least)
            watch.answered(saved, monotonic())

        load = open_loop(rate, seconds, followed)
    return replace(load, histogram=watch.told(rate, 0.0, seconds).histogram)


def depositor(place: Place, rpc: RpcClient, run: UUID) -> Callable[[int], Any]:
    """``run``: makes the contents of this load other ones than those of any before."""
    issuer = Keeping.at(place.issuer_key, SystemClock())
    hospitals = [
        Caller(rpc, issuer, ActorKind.FACILITY, {"SubjectOrganizationID": one, "software": "bench"})
        for one in FACILITIES
    ]

    def deposit(number: int) -> Any:
        body = Random(number).randbytes(SIZE // 2).hex()  # noqa: S311 - the same ones each time
        content = f"%PDF-1.4\n%{run}{body}\n%%EOF".encode()
        facility = hospitals[number % len(hospitals)]
        return facility.do(
            "vault.deposit",
            record_id=place.records[number % len(place.records)],
            content=to_base64(content),
            metadata={**METADATA, "institution": facility.claims["SubjectOrganizationID"]},
        )

    return deposit


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
