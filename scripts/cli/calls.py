"""``token`` and ``call``: be somebody, ask something."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from scripts.cli import callers
from scripts.cli.arguments import GRAMMAR, arguments_of, contract_of, method_of
from scripts.cli.machine import Dir, place_of
from scripts.cli.place import DEFAULT
from scripts.cli.screen import code_of, err, out
from shared.kernel.errors import Refusal
from shared.rpc.client import RpcClient
from shared.rpc.contract import Contract, Method

As = Annotated[str | None, typer.Option("--as", metavar="KIND[,name=value...]", help=callers.HELP)]


def token(
    who: Annotated[str, typer.Option("--as", metavar="KIND[,name=value...]", help=callers.HELP)],
    home: Dir = DEFAULT,
) -> None:
    """Print a token of five minutes for a sample person, from the development issuer.

    [b]Examples[/]

      carnet token --as professional
      carnet token --as patient,record=5c0e...
      carnet token --as auditor,scope=all,physician=true
    """
    out.print(callers.token_for(place_of(home), who), soft_wrap=True)


def call(
    method: Annotated[str, typer.Argument(metavar="SERVICE[.METHOD]")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[name=value...]", help=GRAMMAR)
    ] = None,
    who: As = None,
    given: Annotated[str | None, typer.Option("--token", help="A token you have.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the answer.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, one line.")] = False,
    home: Dir = DEFAULT,
) -> None:
    """Call a method, as somebody. With a service's name alone, list what it answers to.

    A refusal is printed with its code and ends with 1. A command is given a
    request_id of its own unless you name one.

    [b]Examples[/]

      carnet call vault
      carnet call identity.resolve ins=279035121518989 --as professional
      carnet call vault.deposit record_id=5c0e... content=@a.xml --as facility
      carnet call vault.search record_id=5c0e... limit:=10 --json --token ...
    """
    if "." not in method:
        out.print(_table(contract_of(method)))
        return
    service, found = method_of(method)
    request = arguments_of(found, arguments or [])
    place = place_of(home)
    proof = callers.token_for(place, who) if who else given
    settings = place.settings()
    with RpcClient(settings["CARNET_AMQP_URI"], timeout=timeout) as client:
        try:
            answer = client.call(service, found.name, request, token=proof)
        except Refusal as refusal:
            _show_refusal(refusal, as_json)
    _show(answer, as_json)


def _show(answer: Any, as_json: bool) -> None:
    if as_json:
        out.print(json.dumps(answer, ensure_ascii=False), markup=False, soft_wrap=True)
    else:
        out.print_json(data=answer)


def _show_refusal(refusal: Refusal, as_json: bool) -> None:
    if as_json:
        _show({"error": refusal.to_fault()}, as_json)
    else:
        err.print(f"[red]{refusal.code}[/] {refusal.message}")
        for line in (refusal.message_fr, *(f"{k}: {v}" for k, v in refusal.fields.items())):
            if line:
                err.print(f"  {line}", markup=False)
        if refusal.decision_id:
            err.print(f"  decision {refusal.decision_id}")
    raise typer.Exit(code_of(refusal))


def _table(contract: Contract) -> Table:
    table = Table("method", "arguments (* needed)", "callers", box=None, pad_edge=False)
    for method in sorted(contract.methods, key=lambda m: m.name):
        table.add_row(
            f"{contract.service}.{method.name}",
            ", ".join(_fields(method)),
            ", ".join(sorted(method.callers)),
        )
    return table


def _fields(method: Method) -> list[str]:
    """Names as they go on the wire."""
    names = {field.alias or name: field for name, field in method.request.model_fields.items()}
    return [
        f"{name}*" if field.is_required() and name != "request_id" else name
        for name, field in names.items()
    ]
