"""``python -m scripts.manifests export`` and ``check``."""

import typer

from scripts.manifests.files import drift, write

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.command()
def export() -> None:
    """Write deploy/ and k8s/base/carnet from the code."""
    typer.echo(f"{write()} files changed")


@app.command()
def check() -> None:
    """Fail when they are not what the code says."""
    if names := drift():
        typer.echo("\n".join([*names, "Run: make manifests"]), err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
