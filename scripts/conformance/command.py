"""``carnet conformance``."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.cli.place import DEFAULT, Place
from scripts.cli.screen import Exit, code_of, end, out, step
from scripts.conformance.journeys import journeys
from scripts.conformance.run import PAUSE, TRAITS, Calls, Token, Verdict, new_ins, run
from shared.auth.development import DevelopmentIssuer
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Refusal
from shared.kernel.ins import INS_NIR_TEST
from shared.rpc.client import RpcClient

OPPOSITION_DELAY = timedelta(weeks=6, hours=1)
PATIENCE = 60.0
"""Seconds until an announced record whose time has come is open."""
FACILITY = {"SubjectOrganizationID": "1750712184"}
NAMES = ", ".join(journeys())


def conformance(
    journey: Annotated[
        list[str] | None, typer.Option(help=f"One of: {NAMES}.", show_default="all")
    ] = None,
    home: Annotated[
        Path, typer.Option("--dir", metavar="D", help="Folder of an embedded Carnet.")
    ] = DEFAULT,
    amqp: Annotated[str | None, typer.Option(help="Address of another installation.")] = None,
    issuer: Annotated[
        Path | None, typer.Option(help="Private key (PEM) of an issuer that it believes.")
    ] = None,
    record: Annotated[str | None, typer.Option(help="An open record there.")] = None,
    ins: Annotated[str | None, typer.Option(help="Test INS of its person.")] = None,
) -> None:
    """Run the journeys of the kit, with their expected refusals, on a test installation.

    An embedded Carnet is given a new record, and its time goes on by the weeks until it opens.
    Elsewhere name a record that is open. Ends with 1 when a step was not as expected.
    """
    known = journeys()
    if unknown := set(journey or ()) - known.keys():
        raise typer.BadParameter(f"{min(unknown)} is not one of: {NAMES}")
    place = Place(home)
    address = amqp or place.settings().get("CARNET_AMQP_URI")
    if address is None:
        end(Exit.NOT_RUNNING, f"Carnet was never up in {home}: ./scripts/carnet up --detach")
    if amqp and not (record and ins and issuer):
        raise typer.BadParameter("--amqp needs --issuer, --record and --ins")
    own = _issued(DevelopmentIssuer.at(issuer) if issuer else place.issuer)
    foreign = _issued(DevelopmentIssuer(Ed25519PrivateKey.generate(), place.clock))
    wrong = 0
    with RpcClient(address, timeout=30) as client:
        try:
            given = _given(record, ins) or opened_record(client, own, place)
        except Refusal as refusal:
            end(code_of(refusal), str(refusal))
        for name in journey or known:
            out.print(f"[b]{name}[/]  {known[name].why}")
            wrong += sum(map(_shown, run(known[name], client, own, foreign, given)))
    if wrong:
        end(Exit.REFUSED, f"{wrong} journeys were not as expected")


def _given(record: str | None, ins: str | None) -> dict[str, Any] | None:
    if not (record and ins):
        return None
    return _whose(record, {"value": ins, "oid": INS_NIR_TEST})


def _whose(record: str, person: dict[str, str]) -> dict[str, Any]:
    mailbox = f"{person['value']}@patient.mssante.fr"
    return {"record": record, "person": person, "mailbox": mailbox}


def opened_record(client: Calls, token: Token, place: Place) -> dict[str, Any]:
    """A new one, announced, and opened by the weeks that the clock of this Carnet jumps."""
    person = new_ins()
    row = {"traits": TRAITS, "ins": person, "checked_with": "CN", "request_id": str(uuid4())}
    announced = client.call("identity", "announce_record", row, token=token("operator", {}))
    ahead = float((place.home / "clock").read_text()) if (place.home / "clock").exists() else 0.0
    (place.home / "clock").write_text(str(ahead + OPPOSITION_DELAY.total_seconds()))
    until = time.monotonic() + PATIENCE
    asked = {"ins": person}
    with step("a record of a new person opens"):
        while (
            client.call("identity", "resolve", asked, token=token("facility", FACILITY))["status"]
            != "open"
        ):
            if time.monotonic() > until:
                end(Exit.REFUSED, "the record did not open")
            time.sleep(PAUSE)
    return _whose(announced["record_id"], person)


def _issued(issuer: DevelopmentIssuer) -> Token:
    return lambda kind, claims: issuer.token(ActorKind(kind), **claims)


def _shown(verdict: Verdict) -> bool:
    mark = "[red]✗[/]" if verdict.wrong else "[green]✓[/]"
    out.print(f"  {mark} {verdict.say}")
    if verdict.wrong:
        out.print(f"    {verdict.wrong}", markup=False)
    return bool(verdict.wrong)
