"""``python -m scripts.settings_page``: writes docs/settings.md from the classes that are read.

From their text, not by importing them: what builds a service patches the process it is loaded in.
"""

import ast
from collections.abc import Iterator
from functools import cache

from scripts.cli.processes import ROOT

PAGE = ROOT / "docs" / "settings.md"
READ = "read_settings"
SHARED = "CommonSettings"
_HEAD = """# Settings

Written by `python -m scripts.settings_page` from the code; do not edit. Read from the environment
only. One that is unknown in its section, or that does not parse, ends the start with a sentence
that names it. Lists are separated by commas; what is on or off is `true` or `false`.
"""


def page() -> str:
    return _HEAD + "".join(_section(name, own) for name, own in sections().items())


@cache
def sections() -> dict[str, ast.ClassDef]:
    """By section; that of all services is ``""``."""
    trees = [ast.parse(text) for text in _texts() if "Settings" in text]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    read = dict(found for node in nodes if isinstance(node, ast.Call) for found in _read(node))
    return {"": classes[SHARED]} | {name: classes[read[name]] for name in sorted(read)}


def variables(section: str, own: ast.ClassDef) -> dict[str, tuple[str, str]]:
    """By variable: its default as it would be written, or ``required``; what it means."""
    prefix = f"CARNET_{section.upper()}_" if section else "CARNET_"
    fields = [*zip(own.body, [*own.body[1:], None], strict=True)]
    return {
        f"{prefix}{node.target.id.upper()}": (_default(node.value), _meaning(after))
        for node, after in fields
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def _texts() -> Iterator[str]:
    for room in ("shared", "services"):
        for file in sorted((ROOT / room).rglob("*.py")):
            yield file.read_text(encoding="utf-8")


def _read(call: ast.Call) -> Iterator[tuple[str, str]]:
    """``read_settings(VaultSettings, os.environ, section="vault")`` -> vault, VaultSettings."""
    if isinstance(call.func, ast.Name) and call.func.id == READ:
        for given in call.keywords:
            if given.arg == "section":
                yield ast.literal_eval(given.value), ast.unparse(call.args[0]).rpartition(".")[2]


def _default(value: ast.expr | None) -> str:
    match value:
        case None:
            return "required"
        case ast.Constant(value=None) | ast.Tuple(elts=[]):
            return ""
        case ast.Constant(value=bool() as on):
            return f"`{str(on).lower()}`"
        case ast.Constant(value=plain):
            return f"`{plain!s}`"
        case _:
            return f"`{ast.unparse(value)}`"


def _meaning(after: ast.stmt | None) -> str:
    if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
        return " ".join(str(after.value.value).replace("``", "`").split())
    return ""


def _section(name: str, own: ast.ClassDef) -> str:
    rows = variables(name, own).items()
    table = "".join(
        f"| `{variable}` | {default} | {said} |\n" for variable, (default, said) in rows
    )
    return f"\n## {name or 'All services'}\n\n| Variable | Unless set | |\n|---|---|---|\n{table}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
