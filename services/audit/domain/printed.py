"""The journal of a record as a person keeps it: a statement, and the log's signature of it
(CSP L1111-19: the holder may at any time see the traces of access)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.kernel.checkpoint import Checkpoint
from shared.kernel.clock import instant

CONTEXT = b"carnet journal v1\n"
"""Signed before the statement, so that this signature is good for nothing else."""


@dataclass(frozen=True, kw_only=True)
class PrintedLine:
    at: datetime
    sentence: str


@dataclass(frozen=True, kw_only=True)
class PrintedJournal:
    """``asked``: which part of it, in French. ``checkpoint``: what the log held by then."""

    record_id: UUID
    made_at: datetime
    asked: str
    lines: Sequence[PrintedLine]
    checkpoint: Checkpoint

    @property
    def statement(self) -> str:
        """What is signed, in UTF-8."""
        head = [
            "Historique des accès à un espace numérique de santé",
            f"Espace : {self.record_id}",
            f"Établi : {instant(self.made_at)}",
            f"Étendue : {self.asked}",
            f"Lignes : {len(self.lines)}",
            f"Journal de transparence : {self.checkpoint.origin}",
            f"Taille et racine : {self.checkpoint.size} {self.checkpoint.root.hex()}",
            "",
        ]
        lines = [f"{instant(line.at)} {line.sentence}" for line in self.lines]
        return "\n".join([*head, *lines]) + "\n"


@dataclass(frozen=True, kw_only=True)
class SignedJournal:
    """``key``: SHA-256 of the public key that made the signature, in hex."""

    pdf: bytes
    statement: str
    signature: bytes
    key: str
