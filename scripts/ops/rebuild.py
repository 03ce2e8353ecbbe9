"""A read model built anew, beside the one that serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any

import typer

from scripts.cli.pool import workers
from scripts.ops.parts import DryRun, Service, built, progress, refuse
from shared.eventing.live_views import LiveViews
from shared.eventing.project import Projector, stretches
from shared.eventing.rebuild import Rebuild
from shared.eventing.view import View

ViewName = Annotated[str, typer.Argument(help="Name of the read model, e.g. documents.")]


def rebuild(service: Service, view: ViewName, dry_run: DryRun = False) -> None:
    """Build a read model from the first event while the old one serves, and switch in one write.

    Also while the service runs: its own process goes on from the new one. What was parked or
    discarded is left out, as it is from the old one.
    """
    with built(service, "project") as own:
        if found := _named(own, view):
            _own(service, own, found, dry_run=dry_run)
            return
    try:
        with built(service, "follow") as following:
            _followed(service, following, view, dry_run=dry_run)
    except typer.BadParameter:
        refuse(f"{service} has no read model {view}")


def _own(service: str, made: Any, view: View, *, dry_run: bool) -> None:
    name, head = view.projection.NAME, made.log.head().position
    if dry_run:
        typer.echo(f"{name} would be built from {head} events")
        return
    with progress() as bar, workers(partial(_projector, service, name), head) as several:
        task = bar.add_task(name, total=head)
        projector = Projector(made.log, view, lambda at: bar.update(task, completed=at))
        projector.rebuild(several.each(Projector.made_in, stretches(head)))
        while Projector(made.log, view).turn():
            pass  # what was saved between the last look and the switch
    typer.echo(f"{name} was built anew and serves")


@contextmanager
def _projector(service: str, view: str) -> Iterator[Projector]:
    """What a process needs that makes rows and writes none."""
    with built(service, "project") as own:
        yield Projector(own.log, {v.projection.NAME: v for v in own.views}[view])


def _followed(service: str, following: Any, view: str, *, dry_run: bool) -> None:
    found = _named(following, view)
    if found is None:
        refuse(f"{service} has no read model {view}")
    if dry_run:
        typer.echo(f"{view} would be built from the messages of {_sources(following)}")
        return
    views = LiveViews(following.views, following.sources, following.log.places)
    with progress() as bar:
        bar.add_task(f"{view} from {_sources(following)}", total=None)
        Rebuild(following, views, found).run()
    typer.echo(f"{view} was built anew and serves")


def _named(made: Any, view: str) -> View | None:
    named = {found.projection.NAME: found for found in made.views}
    return named.get(view)


def _sources(following: Any) -> str:
    return ", ".join(following.sources)
