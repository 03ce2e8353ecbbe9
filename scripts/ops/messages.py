"""Messages that wait, and logs that were restored.

Run where the service runs, with its settings. Each decision is an event in the log of the
service it was made for, with the operator's id and a reason, which is a code word: a log is for
ever, so nothing in it may name a person.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer

from scripts.cli.screen import Exit
from scripts.ops.parts import By, DryRun, built, operator
from shared.eventing.checkpoints import drop
from shared.eventing.handling import Failed
from shared.eventing.links import Mismatch
from shared.eventing.live_views import LiveViews
from shared.eventing.messages import Envelope
from shared.eventing.parking import Parking
from shared.kernel.clock import instant
from shared.kernel.errors import Refusal

Follower = Annotated[str, typer.Argument(help="The service that follows, e.g. access.")]
Publisher = Annotated[str, typer.Argument(help="The service whose message it is.")]
Reason = Annotated[str, typer.Argument(help="A code word, e.g. sent_by_mistake.")]


def parked(service: Follower) -> None:
    """List the messages that wait, one a line: publisher, position, record or stream, error."""
    with _parking(service) as parking:
        for item in parking.parked():
            header = Envelope.model_validate_json(item.envelope)
            since = instant(item.parked_at)
            what = f"{item.held_by} {header.type} {item.error}"
            typer.echo(f"{item.publisher} {item.position} {what} {since}")


def retry(
    service: Follower,
    held_by: Annotated[UUID, typer.Argument(help="The record, or the stream, that waits.")],
    dry_run: DryRun = False,
) -> None:
    """Handle again, in order, all that waits for a record."""
    with _parking(service) as parking:
        waiting = [item for item in parking.parked() if item.held_by == held_by]
        if dry_run:
            typer.echo(f"{len(waiting)} would be handled")
            return
        typer.echo(f"{parking.retry(held_by)} handled")


def discard(
    service: Follower,
    publisher: Publisher,
    position: int,
    reason: Reason,
    by: By,
    dry_run: DryRun = False,
) -> None:
    """Never apply one message; what waited behind it goes on."""
    with _parking(service) as parking:
        place = (publisher, position)
        if dry_run:
            found = place in {(item.publisher, item.position) for item in parking.parked()}
            typer.echo(
                f"{publisher} {position} {'would be discarded' if found else 'is not parked'}"
            )
            return
        parking.discard(publisher, position, reason, operator(by))
        typer.echo(f"{publisher} {position} discarded")


def realign(
    service: Follower,
    publisher: Publisher,
    after: Annotated[int, typer.Argument(help="Position, in the restored log, to go on after.")],
    reason: Reason,
    by: By,
    dry_run: DryRun = False,
) -> None:
    """Go on following a publisher that was restored below what was applied here."""
    with _parking(service) as parking:
        if dry_run:
            typer.echo(f"{service} would go on after {publisher} {after}")
            return
        parking.realign(publisher, after, reason, operator(by))
        typer.echo(f"{service} goes on after {publisher} {after}")


def renew_epoch(
    service: Annotated[str, typer.Argument(help="The service restored.")], dry_run: DryRun = False
) -> None:
    """Say that a service's log was restored and may have lost events. Before it serves again."""
    with built(service, "project") as made:
        if dry_run:
            typer.echo(f"a new epoch would begin after position {made.log.head().position}")
            return
        typer.echo(f"epoch {made.log.renew_epoch()}")


def drop_checkpoint(
    service: Annotated[str, typer.Argument(help="The service that stopped, e.g. vault.")],
    reason: Reason,
    by: By,
    dry_run: DryRun = False,
) -> None:
    """Believe the transparency log anew, after it was restored below what a service has seen."""
    with _one_sentence(), built(service, "project") as made:
        if dry_run:
            seen = made.log.places.seen_checkpoint()
            typer.echo(f"{seen.size if seen else 0} entries were seen, and would count no more")
            return
        seen = drop(made.log, reason, operator(by))
        typer.echo(f"{service} no longer holds the log to its checkpoint of {seen.size} entries")


@contextmanager
def _one_sentence() -> Iterator[None]:
    """A refusal, or a message that fails again, ends the command with one sentence."""
    try:
        yield
    except Failed as failed:
        typer.echo(f"it failed again: {type(failed.__cause__).__name__}", err=True)
        raise typer.Exit(Exit.REFUSED) from None
    except (Refusal, Mismatch) as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(Exit.REFUSED) from None


@contextmanager
def _parking(service: str) -> Iterator[Parking]:
    with _one_sentence(), built(service, "follow") as following:
        views = LiveViews(following.views, following.sources, following.log.places)
        yield Parking(following, views)
