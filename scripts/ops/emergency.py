"""What is done to a running Carnet of one machine at once.

On Kubernetes: ``k8s/components/read-only``, and ``kubectl scale`` for a service that is drained.
"""

import shlex
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.deployment import START, Deployment
from scripts.cli.place import DEFAULT, READ_ONLY
from scripts.cli.processes import PROCESSES
from scripts.cli.screen import Exit, end, step
from scripts.machine.files import write_private
from scripts.ops.parts import DryRun

Where = Annotated[
    Path,
    typer.Option("--dir", metavar="D", help="Folder of it.", show_default="var/carnet"),
]
Process = Annotated[str, typer.Argument(help=f"One of: {', '.join(PROCESSES)}.")]


def read_only(
    on: Annotated[bool, typer.Argument(help="true, or false to end it.")],
    home: Where = DEFAULT,
    dry_run: DryRun = False,
) -> None:
    """Emergency: refuse every command but those of an emergency; reading goes on, and is recorded.

    Processes are restarted one after the other, so some already refuse while others still write.
    It lasts until carnet ops read-only false, also where Carnet is stopped and started meanwhile.
    """
    deployment = _running(home)
    mode = "read-only" if on else "as usual"
    if dry_run:
        typer.echo(f"{', '.join(_up(deployment))} would be restarted, {mode}")
        return
    settings = deployment.place.settings() | {READ_ONLY: str(on).lower()}
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in settings.items()]
    write_private(deployment.place.environment_file, "".join(lines))
    for name in _up(deployment):
        with step(f"{name} {mode}"):
            deployment.processes[name].stop()
            _start(deployment, name)
    typer.echo(f"Carnet runs {mode}")


def drain(
    process: Process,
    home: Where = DEFAULT,
    dry_run: DryRun = False,
) -> None:
    """Take no more calls in a process, let those under way end, and stop it.

    What is asked meanwhile waits in its queue, up to each request's deadline; carnet ops resume
    starts it again.
    """
    deployment = _running(home)
    _known(process)
    if dry_run:
        typer.echo(f"{process} would end once its calls have")
        return
    with step(f"{process} drained"):
        deployment.processes[process].stop()
    typer.echo(f"{process} is drained")


def resume(
    process: Process,
    home: Where = DEFAULT,
    dry_run: DryRun = False,
) -> None:
    """Start again a process that was drained."""
    deployment = _running(home)
    _known(process)
    if dry_run:
        typer.echo(f"{process} would be started")
        return
    with step(f"{process} started"):
        _start(deployment, process)
    typer.echo(f"{process} serves again")


def _running(folder: Path) -> Deployment:
    deployment = Deployment(folder) if (folder / "environment").exists() else None
    if deployment is None or not deployment.running():
        end(Exit.NOT_RUNNING, f"no Carnet runs in {folder}; on Kubernetes see docs/operating.md")
    return deployment


def _start(deployment: Deployment, name: str) -> None:
    deployment.launch(name, detached=True)
    deployment.processes[name].wait_until(partial(deployment.ready, name), within=START)


def _up(deployment: Deployment) -> list[str]:
    return [name for name in PROCESSES if deployment.processes[name].running()]


def _known(process: str) -> None:
    if process not in PROCESSES:
        raise typer.BadParameter(f"{process} is not one of: {', '.join(PROCESSES)}")
