"""``python -m scripts.operate``: what an operator does about messages that wait and restored logs.

Run where the service runs, with its settings (CARNET_*). Each decision is an event in the log
of the service it was made for, with the operator's id and a reason, which is a code word: a log
is for ever, so nothing in it may name a person.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import typer

from shared.eventing.handling import Failed
from shared.eventing.links import Mismatch
from shared.eventing.live_views import LiveViews
from shared.eventing.messages import Envelope
from shared.eventing.parking import Parking
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import instant
from shared.kernel.errors import Refusal

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

Service = Annotated[str, typer.Argument(help="the service that follows, e.g. access")]
Publisher = Annotated[str, typer.Argument(help="the service whose message it is")]
By = Annotated[str, typer.Option(help="your operator id; it stays in the log")]
Reason = Annotated[str, typer.Argument(help="a code word, e.g. sent_by_mistake")]


@app.command()
def parked(service: Service) -> None:
    """List the messages that wait, one a line: publisher, position, record or stream, error."""
    with _parking(service) as parking:
        for item in parking.parked():
            header = Envelope.model_validate_json(item.envelope)
            since = instant(item.parked_at)
            what = f"{item.held_by} {header.type} {item.error}"
            typer.echo(f"{item.publisher} {item.position} {what} {since}")


@app.command()
def retry(
    service: Service,
    held_by: Annotated[UUID, typer.Argument(help="the record, or the stream, that waits")],
) -> None:
    """Handle again, in order, all that waits for a record."""
    with _parking(service) as parking:
        typer.echo(f"{parking.retry(held_by)} handled")


@app.command()
def discard(service: Service, publisher: Publisher, position: int, reason: Reason, by: By) -> None:
    """Never apply one message; what waited behind it goes on."""
    with _parking(service) as parking:
        parking.discard(publisher, position, reason, _operator(by))
        typer.echo(f"{publisher} {position} discarded")


@app.command()
def realign(
    service: Service,
    publisher: Publisher,
    after: Annotated[int, typer.Argument(help="position, in the restored log, to go on after")],
    reason: Reason,
    by: By,
) -> None:
    """Go on following a publisher that was restored below what was applied here."""
    with _parking(service) as parking:
        parking.realign(publisher, after, reason, _operator(by))
        typer.echo(f"{service} goes on after {publisher} {after}")


@app.command()
def renew_epoch(service: Annotated[str, typer.Argument(help="the service restored")]) -> None:
    """Say that a service's log was restored and may have lost events. Before it serves again."""
    made = _built(service, "project")
    try:
        typer.echo(f"epoch {made.log.renew_epoch()}")
    finally:
        made.close()


def declared(service: str, entrypoint: str) -> Any:
    """The nameko service of ``services/<service>/entrypoints/<entrypoint>.py``."""
    try:
        module = importlib.import_module(f"services.{service}.entrypoints.{entrypoint}")
    except ModuleNotFoundError:
        raise typer.BadParameter(f"{service} has no {entrypoint} entrypoint") from None
    return module.SERVICE


def _built(service: str, entrypoint: str) -> Any:
    return declared(service, entrypoint).build()


@contextmanager
def _parking(service: str) -> Iterator[Parking]:
    """A refusal, or a message that fails again, ends the command with one sentence."""
    following = _built(service, "follow")
    views = LiveViews(following.views, following.sources, following.log.places)
    try:
        yield Parking(following, views)
    except Failed as failed:
        typer.echo(f"it failed again: {type(failed.__cause__).__name__}", err=True)
        raise typer.Exit(1) from None
    except (Refusal, Mismatch) as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None
    finally:
        following.close()


def _operator(by: str) -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=by)


if __name__ == "__main__":
    app()
