"""What the pages name is there: files, commands with their options, metrics, settings, decisions.

Whoever is woken at night follows a page word by word.
"""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from typer.main import get_command

from scripts.cli.app import app
from scripts.cli.processes import ROOT
from scripts.ops.app import app as operating
from scripts.settings_page import PAGE, sections, variables
from scripts.settings_page import page as written


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


ROOMS = "services|shared|scripts|tests|schemas|deploy|k8s|docs"
PAGES = sorted(
    {
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *(page for room in ROOMS.split("|") for page in ROOT.glob(f"{room}/**/README.md")),
    },
    key=named,
)
TYPED = {"README.md", "UPDATING.md", "docs/integrating.md", "docs/operating.md"}
TO_DO = [page for page in PAGES if page.parent.name == "runbooks" or named(page) in TYPED]
"""Pages that say what to type."""
MADE = "deploy/private"
"""By ``carnet ops prepare``; never in the repository."""


def words(page: Path) -> str:
    """On one line: what is quoted may be broken over two."""
    return " ".join(page.read_text(encoding="utf-8").split())


def quoted(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
    paths = [span for span in quoted(page) if re.fullmatch(rf"({ROOMS})/[\w./*-]+", span)]
    missing = [p for p in paths if not p.startswith(MADE) and not [*ROOT.glob(p.rstrip("/"))]]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_decisions_that_a_page_names_were_made(page: Path) -> None:
    for number in re.findall(r"\bADR (\d+)", words(page)):
        assert [*ROOT.glob(f"docs/adr/{int(number):04d}-*.md")], number


@pytest.mark.parametrize("page", TO_DO, ids=named)
def test_commands_of_a_page_take_what_it_says(page: Path) -> None:
    """The command, each option, and all of its arguments; none where it is only named."""
    for line in typed(page):
        command, rest = found(line.split())
        options = {name for param in command.params for name in param.opts}
        given = {word for word in rest if word.startswith("--")}
        assert given <= options | {"--help"}, line
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        most = sys.maxsize if any(p.nargs < 0 for p in arguments) else len(arguments)
        said = [*takewhile(lambda word: not word.startswith("--"), rest)]
        assert not said or sum(p.required for p in arguments) <= len(said) <= most, line


def typed(page: Path) -> Iterator[str]:
    """What follows ``carnet``, in quotes and in blocks."""
    for span in [*quoted(page), *page.read_text(encoding="utf-8").splitlines()]:
        if match := re.match(r"(?:\$ \./scripts/)?carnet ([a-z-]+ [^#]*|[a-z-]+$)", span):
            yield match[1]


def found(said: list[str]) -> tuple[Any, list[str]]:
    command: Any = get_command(app)
    while (commands := getattr(command, "commands", None)) and said[:1] != ["--help"]:
        assert set(said[:1]) <= commands.keys(), said
        assert said, "a group alone"
        command, said = commands[said[0]], said[1:]
    return command, said


def test_each_command_of_operators_is_in_their_table() -> None:
    table = re.findall(r"^\| (`.+?) \|", (ROOT / "docs/operating.md").read_text(), re.MULTILINE)
    listed = {span.split()[0] for row in table for span in re.findall(r"`([^`]+)`", row)}
    group: Any = get_command(operating)
    assert listed == group.commands.keys()


@pytest.mark.parametrize("page", TO_DO, ids=named)
def test_metrics_that_a_page_names_are_counted(page: Path) -> None:
    for module in ("shared.telemetry.metrics", "shared.eventing.metrics"):
        import_module(module)
    known = {
        name
        for metric in REGISTRY.collect()
        for name in (metric.name, f"{metric.name}_total", f"{metric.name}_bucket")
    }
    assert set(re.findall(r"\bcarnet_[a-z_]+\b", words(page))) <= known


@pytest.mark.parametrize("page", TO_DO, ids=named)
def test_settings_that_a_page_names_are_read(page: Path) -> None:
    known = {name for section, own in sections().items() for name in variables(section, own)}
    for name in re.findall(r"\bCARNET_[A-Z0-9_]+", words(page)):
        assert any(one.startswith(name) if name.endswith("_") else one == name for one in known)


def test_the_page_of_settings_is_what_is_read() -> None:
    """``python -m scripts.settings_page`` writes it anew; each one says what it means."""
    assert PAGE.read_text(encoding="utf-8") == written()
    told = [one for name, own in sections().items() for one in variables(name, own).items()]
    assert [variable for variable, (_, meaning) in told if not meaning] == []
