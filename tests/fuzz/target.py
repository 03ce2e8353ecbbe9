"""One reader of what strangers send, and what it may answer them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FOUND = Path(__file__).parent / "found"
"""Inputs that once broke a reader, a folder each: every run of the tests reads them again."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """``read``: takes any bytes. ``refusals``: what it documents to raise; anything else is a
    finding. ``seeds``: made by us, each one that it takes. ``share``: of the runs of a campaign;
    readers of whole documents take less, for they are slow.
    """

    name: str
    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...] = field(repr=False)
    share: int = 3
    longest: int = 4096
    """Bytes of one input."""

    def run(self, data: bytes) -> bool:
        """Whether it was taken; raises what the reader never said it would."""
        try:
            self.read(data)
        except self.refusals:
            return False
        return True

    def found(self) -> list[Path]:
        return sorted((FOUND / self.name).glob("*"))
