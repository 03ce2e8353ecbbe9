"""Every error that somebody is answered with while tests run: over the broker, and in process."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.errors import Refusal
from shared.rpc import answer
from shared.rpc.client import RpcClient
from shared.rpc.frames import Delivered

TESTS = str(Path(__file__).parents[1])
ANSWERED = re.compile(rb'"error":\s*null\s*}\s*\Z')
"""The end of a reply that is no error."""


def keep_errors(patch: pytest.MonkeyPatch) -> set[str]:
    """To be read at the end. Replies as they came; of refusals that never travel, what a caller
    would be told, but of those that a test makes itself."""
    kept: set[str] = set()
    replied, made = RpcClient._replied, Refusal.__init__
    error_reply = vars(answer)["error_reply"]  # as the answerer finds it

    def came(client: RpcClient, message: Delivered) -> None:
        if not ANSWERED.search(message.body):
            kept.add(message.body.decode(errors="replace"))
        replied(client, message)

    def sent(refusal: Refusal) -> bytes:
        body: bytes = error_reply(refusal)
        kept.add(body.decode())
        return body

    def refused(refusal: Refusal, *args: Any, **more: Any) -> None:
        made(refusal, *args, **more)
        if not sys._getframe(1).f_code.co_filename.startswith(TESTS):
            kept.add(str(refusal.to_fault()))

    patch.setattr(RpcClient, "_replied", came)
    patch.setattr(answer, "error_reply", sent)
    patch.setattr(Refusal, "__init__", refused)
    return kept
