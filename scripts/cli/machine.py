"""``up``, ``down``, ``status``: all of Carnet on this machine."""

import json
import signal
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from scripts.cli.deployment import Deployment
from scripts.cli.place import DEFAULT, READ_ONLY, Place
from scripts.cli.processes import PROCESSES
from scripts.cli.screen import Exit, end, err, out, step
from scripts.machine.kept import DidNotStart, NotInstalled

LOOK = 0.5  # seconds between two looks at what runs

Dir = Annotated[
    Path,
    typer.Option(
        "--dir", metavar="D", help="Folder of keys, settings and data.", show_default="var/carnet"
    ),
]


def up(
    home: Dir = DEFAULT,
    detach: Annotated[bool, typer.Option(help="Leave it running and come back at once.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="CARNET_NAME=value", help="A setting; may be repeated."),
    ] = None,
) -> None:
    """Start broker, object store and services, and stay until Ctrl-C.

    All of it listens on 127.0.0.1 only and keeps its files in one folder:
    keys, settings (file [b]environment[/], to be sourced by a shell), data, logs.
    Started again there, it goes on where it was.

    [b]Examples[/]

      carnet up                           stays in the foreground
      carnet up --detach                  comes back; end it with: carnet down
      carnet up --dir /tmp/mine --detach  another Carnet, beside the first
    """
    deployment, is_up = Deployment(home), False
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores the first
        signal.signal(number, signal.default_int_handler)
    try:
        deployment.start(detached=detach, progress=step, settings=_settings(settings or []))
        is_up = True
        _say_how_to_go_on(home, detach)
        if not detach:
            _stay(deployment)
    except NotInstalled as missing:
        end(Exit.MISSING, str(missing))
    except DidNotStart as failed:
        end(Exit.REFUSED, str(failed))
    except KeyboardInterrupt:
        deployment.stop(progress=step)
        if not is_up:
            raise typer.Exit(Exit.BROKEN_OFF) from None


def down(home: Dir = DEFAULT) -> None:
    """Stop what [b]up --detach[/] left running in this folder. Data and keys stay."""
    if _was_up(home) and (deployment := Deployment(home)).running():
        deployment.stop(progress=step)
    else:
        out.print(f"Nothing runs in {home}.")


def status(
    home: Dir = DEFAULT,
    as_json: Annotated[
        bool, typer.Option("--json", help="For a program: a list of parts.")
    ] = False,
) -> None:
    """Show what runs, with the address of each process's /live, /ready and /metrics.

    Ends with 0 only when all of it runs and is ready.
    """
    parts = _parts(Deployment(place_of(home).home))
    if as_json:
        out.print(json.dumps(parts, indent=2), markup=False, soft_wrap=True)
    else:
        *columns, log = parts[0]
        table = Table(*columns, Column(log, overflow="fold"), box=None, pad_edge=False)
        for part in parts:
            style = {"ready": "green", "stopped": "dim"}.get(part["state"])
            table.add_row(*part.values(), style=style)
        out.print(table)
    if any(part["state"] != "ready" for part in parts):
        raise typer.Exit(Exit.NOT_RUNNING)


def _settings(words: list[str]) -> dict[str, str]:
    settings = dict(word.partition("=")[::2] for word in words)
    if wrong := [name for name in settings if not name.startswith("CARNET_")]:
        raise typer.BadParameter(f"{wrong[0]!r} is not CARNET_NAME=value", param_hint="--set")
    return settings


def _was_up(home: Path) -> bool:
    """Looking must not make a new one."""
    return Place(home).environment_file.exists()


def place_of(home: Path) -> Place:
    """Where Carnet was up; ends with :attr:`Exit.NOT_RUNNING` where it never was."""
    if not _was_up(home):
        end(Exit.NOT_RUNNING, f"Carnet was never up in {home}: ./scripts/carnet up --detach")
    return Place(home)


def _parts(deployment: Deployment) -> list[dict[str, str]]:
    return [
        {
            "part": name,
            "state": _state(deployment, name),
            "pid": str(part.pid() or ""),
            "address": deployment.address(name) if name in PROCESSES else "",
            "log": str(part.log_file),
        }
        for name, part in deployment.parts.items()
    ]


def _state(deployment: Deployment, name: str) -> str:
    if not deployment.parts[name].running():
        return "stopped"
    return "ready" if _answers(deployment, name) else "not ready"


def _answers(deployment: Deployment, name: str) -> bool:
    if name in PROCESSES:
        return deployment.ready(name)
    if name == "broker":
        return deployment.broker.answers()
    return deployment.objects.answers()


def _say_how_to_go_on(home: Path, detached: bool) -> None:
    option = "" if home == DEFAULT else f" --dir {home}"
    err.print(f"\nCarnet is up in {home}. Try, in another terminal:" if not detached else "")
    err.print(f"  ./scripts/carnet call{option} vault   what the vault answers to", style="dim")
    err.print(f"  ./scripts/carnet status{option}", style="dim")
    if Place(home).settings().get(READ_ONLY) == "true":
        err.print(f"Still read-only, until: ./scripts/carnet ops read-only false{option}")
    err.print(f"  ./scripts/carnet down{option}" if detached else "  Ctrl-C ends it", style="dim")


def _stay(deployment: Deployment) -> None:
    while True:
        time.sleep(LOOK)
        for name, part in deployment.parts.items():
            if part.running():
                continue
            if not part.pid_file.exists():
                err.print("Stopped by `carnet down`.")
                return
            deployment.stop(progress=step)
            end(Exit.REFUSED, f"{name} ended by itself; the last lines of its log:\n{part.tail()}")
