"""``python -m scripts.schemas export`` and ``check``."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.schemas.compatibility import breaks
from scripts.schemas.documents import Documents, committed, exported, write

SCHEMAS = Path(__file__).parents[2] / "schemas"

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.command()
def export(
    accept_breaks: Annotated[
        bool, typer.Option(help="Write them although older callers or readers would break.")
    ] = False,
) -> None:
    """Write schemas/ from the code; refuses what would break an older caller or reader."""
    documents = exported()
    broken = breaks(committed(SCHEMAS), documents)
    if broken and not accept_breaks:
        _refuse(broken, "Give the message a new version, keep the old field, or --accept-breaks.")
    write(SCHEMAS, documents)
    typer.echo(f"{len(documents)} documents in {SCHEMAS.name}/")


@app.command()
def check() -> None:
    """Fail when schemas/ is not what the code says, or when the code breaks who relies on it."""
    kept, documents = committed(SCHEMAS), exported()
    if broken := breaks(kept, documents):
        _refuse(broken, "An older caller or reader would break.")
    if drifted := drift(kept, documents):
        _refuse(drifted, "Run: make schemas")


def drift(kept: Documents, documents: Documents) -> list[str]:
    """The documents that differ from the code, each with how."""
    missing = [f"{name}: not exported yet" for name in documents.keys() - kept.keys()]
    stale = [f"{name}: no longer in the code" for name in kept.keys() - documents.keys()]
    both = documents.keys() & kept.keys()
    differing = [f"{name}: differs" for name in both if documents[name] != kept[name]]
    return sorted(missing + stale + differing)


def _refuse(sentences: list[str], advice: str) -> None:
    for sentence in sentences:
        typer.echo(sentence, err=True)
    typer.echo(advice, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
