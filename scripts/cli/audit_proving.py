"""``prove`` and ``check-proof``: one event, one file, the log's public key."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.audit_evidence import open_evidence, verifier_of
from scripts.cli.audit_options import (
    AsJson,
    Data,
    Ended,
    ObjectsDir,
    Postgres,
    Vkey,
    or_cannot,
    where,
)
from scripts.cli.machine import Dir
from scripts.cli.place import DEFAULT
from scripts.cli.screen import err, out
from services.audit.domain import proofs
from shared.crypto.signatures import check_ed25519
from shared.kernel.note import InvalidNote


def prove(
    service: Annotated[str, typer.Option(help="Whose event: access, vault, ...")],
    position: Annotated[int, typer.Option(help="Its position in that service's log.")],
    home: Dir = DEFAULT,
    data: Data = None,
    postgres: Postgres = None,
    objects: ObjectsDir = None,
    vkey: Vkey = None,
    output: Annotated[Path | None, typer.Option(help="A file, by custom .tlog-proof.")] = None,
) -> None:
    """Prove that an event is in the log: a C2SP tlog-proof, checkable with the public key alone.

    [b]Example[/]

      carnet audit prove --service vault --position 12 --output event.tlog-proof
    """
    with or_cannot():
        given = where(
            home, data=data, postgres=postgres, objects=objects, vkey=vkey, with_keys=False
        )
        evidence = open_evidence(given)
        proof = evidence.log.prove_inclusion(service, position)
        proofs.check_proof(proof.text, evidence.verifier, check_ed25519)
        if output:
            output.write_text(proof.text, encoding="utf-8")
    if not output:
        out.print(proof.text, markup=False, soft_wrap=True)
    err.print(f"{service} {position} is leaf {proof.index} of {proof.size}")


def check_proof(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tlog-proof, as prove writes.")],
    home: Dir = DEFAULT,
    vkey: Vkey = None,
    as_json: AsJson = False,
) -> None:
    """Check a proof file: with the log's public key, no network and no store.

    [b]Example[/]

      carnet audit check-proof event.tlog-proof --vkey 'carnet.localhost/log+1a2b3c4d+AQ...'
    """
    with or_cannot():
        verifier = verifier_of(where(home, vkey=vkey, with_keys=False))
        text = file.read_text(encoding="utf-8")
    try:
        proved = proofs.check_proof(text, verifier, check_ed25519)
    except InvalidNote as error:
        out.print(f"[red]✗[/] it does not hold: {error}")
        raise typer.Exit(Ended.FINDINGS) from None
    found = {
        "origin": proved.checkpoint.origin,
        "leaf_index": proved.index,
        "tree_size": proved.checkpoint.size,
        "digest": proved.entry.hex(),
    }
    if as_json:
        out.print_json(data=found)
        return
    out.print(f"[green]✓ it holds[/]: digest {proved.entry.hex()}")
    out.print(f"is leaf {proved.index} of {proved.checkpoint.size} in {proved.checkpoint.origin}")
