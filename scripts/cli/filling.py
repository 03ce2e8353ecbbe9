"""Help that fills the terminal's width, whatever the width of its source."""

import re
from inspect import cleandoc
from typing import Any

_WRAPPED = re.compile(r"(?<=\S)\n(?=\S)")
"""The end of a line that a paragraph goes on after; examples are indented."""


def filled(command: Any) -> Any:
    """The command of the library, with all below it."""
    command.help = _WRAPPED.sub(" ", cleandoc(command.help or ""))
    for below in getattr(command, "commands", {}).values():
        filled(below)
    return command
