"""Services that answer what they are asked, as the frameworks' own documentation shows them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.cli.processes import ROOT

READY = "ready"


@contextmanager
def echoing(module: str, uri: str) -> Iterator[None]:
    """``python -m MODULE URI`` in a process of its own, once it has said :data:`READY`."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", module, uri]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout:
                process.stdout.readline()
            yield
        finally:
            process.kill()  # it holds nothing
