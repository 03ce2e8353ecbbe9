"""``identity import-legacy``: bring former DMPs into the records of their people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scripts.cli import callers
from scripts.cli.legacy_import import Call, NotThisFolder, Outcomes, bring, people
from scripts.cli.machine import Dir, place_of
from scripts.cli.one_import import UnderWay
from scripts.cli.patience import GaveUp
from scripts.cli.place import DEFAULT, Place
from scripts.cli.screen import Exit, end, err, out
from shared.rpc.client import RpcClient

CALL_SECONDS = 60.0
TokenFile = Annotated[Path | None, typer.Option(metavar="FILE", exists=True)]


def import_legacy(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", exists=True, file_okay=False)],
    home: Dir = DEFAULT,
    outcome: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="What became of each; FOLDER.outcome.csv if not said."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Struct_IdNat of the former host, whose software deposits.")
    ] = callers.SAMPLE_PROFESSIONAL["facility"],
    operator_token_file: TokenFile = None,
    host_token_file: TokenFile = None,
) -> None:
    """Bring the DMPs that people had before into their records, now that these are open.

    FOLDER has one folder per person, with dmp.json (ins, consents, blocks, switches, documents)
    and the documents. Whoever objected, or has no open record, is left out and noted. Broken off
    and started again, it goes on where it stood.
    """
    place = place_of(home)
    settings = place.settings()
    noted = outcome or folder.with_name(f"{folder.resolve().name}.outcome.csv")
    tokens = {"identity.import_legacy_dmp": (operator_token_file, "operator")}
    with RpcClient(settings["CARNET_AMQP_URI"], timeout=CALL_SECONDS) as client:
        call = _calling(client, place, tokens, (host_token_file, f"facility,facility={host}"))
        try:
            in_, deposited, refused = _bring(folder, Outcomes(noted), call)
        except NotThisFolder as wrong:
            end(Exit.USAGE, str(wrong))
        except UnderWay as other:
            end(Exit.REFUSED, str(other))
        except GaveUp as gave_up:
            end(Exit.NOT_RUNNING, f"{gave_up}; run it again to go on from there")
    out.print(
        f"{in_} people, {deposited} documents brought in, {refused} refused; each in {noted}",
        markup=False,
        soft_wrap=True,
    )
    if refused:
        raise typer.Exit(Exit.REFUSED)


def _bring(folder: Path, outcomes: Outcomes, call: Call) -> tuple[int, int, int]:
    """People and documents that came in; people and documents that did not."""
    in_ = deposited = refused = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err) as bar:
        task = bar.add_task(folder.name, total=len(people(folder)))
        for one in bring(folder, outcomes, call):
            bar.advance(task)
            if one:
                in_ += not one.code
                deposited += one.deposited
                refused += one.refused + bool(one.code)
    return in_, deposited, refused


Token = tuple[Path | None, str]
"""A file that holds one, or the sample caller that is given one."""


def _calling(
    client: RpcClient, place: Place, tokens: Mapping[str, Token], otherwise: Token
) -> Call:
    def call(target: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Tokens live minutes, an import may live hours: each call has its own."""
        file, caller = tokens.get(target, otherwise)
        token = file.read_text().strip() if file else callers.token_for(place, caller)
        service, _, method = target.partition(".")
        answer: Mapping[str, Any] = client.call(service, method, arguments, token=token)
        return answer

    return call
