"""People at work while parts of Carnet die: each does one thing again and again, and remembers."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from scripts.demo.cast import GENERAL_PRACTICE, TREATING_DOCTOR, Cast
from shared.kernel.errors import DeadlineExceeded, Forbidden, Refusal, Unavailable
from tests.trust.conftest import Attacked

OUTCOME_UNKNOWN = (Unavailable, DeadlineExceeded)
"""What a caller sees of a part that died: ask again, with the same ``request_id``."""
PATIENCE = 120
"""Tries of one command before a part counts as lost; with the time-outs of calls, minutes."""
METADATA = {
    "type": "86531-1",
    "title": "Attestation de sortie",
    "creation": "2026-02-05T16:00:00.000Z",
    "service_start": "2026-02-05T16:00:00.000Z",
    "author": "801234567897",
    "institution": "1750712184",
    "specialty": "G15_10/SM26",
    "practice_setting": "ETABLISSEMENT",
    "facility_type": "SA01",
    "confidentiality": ["N"],
    "language": "fr-FR",
}


@dataclass
class Seen:
    """What was acknowledged. ``broken``: promises that an answer did not keep."""

    deposited: dict[str, list[str]] = field(default_factory=dict)
    opened: list[tuple[str, str]] = field(default_factory=list)
    blocks: int = 0
    tries: int = 0
    broken: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Load:
    """Runs from ``start`` to ``stop``; a worker ends after the command it is at."""

    def __init__(self, attacked: Attacked) -> None:
        self.seen = Seen()
        self._cast: Cast = attacked.cast
        self._records = list(attacked.records.values())
        self._enough = Event()
        self._threads = [
            Thread(target=self._work, args=(work,)) for work in (self._deposit, self._block)
        ]

    def start(self) -> None:
        for record_id in self._records:
            self._insist(self._cast.patient(record_id).ask, "access.name_treating_doctor",
                         record_id=record_id, professional=TREATING_DOCTOR)  # fmt: skip
        for thread in self._threads:
            thread.start()

    def stop(self) -> Seen:
        self._enough.set()
        for thread in self._threads:
            thread.join()
        return self.seen

    def _work(self, work: Callable[[str], None]) -> None:
        turn = 0
        while not self._enough.is_set():
            work(self._records[turn % len(self._records)])
            turn += 1

    def _insist(self, ask: Callable[..., Any], method: str, **arguments: Any) -> Any:
        """The same command until it is answered: once, however often it was sent."""
        request_id = str(uuid4())
        for _ in range(PATIENCE):
            self.seen.tries += 1
            try:
                return ask(method, request_id=request_id, **arguments)
            except OUTCOME_UNKNOWN:
                self._enough.wait(0.2)
        self.seen.lost.append(method)
        return None

    def _deposit(self, record_id: str) -> None:
        """A letter of its own each time, opened at once by the person."""
        content = base64.b64encode(f"%PDF-1.4\n% {uuid4()}\n%%EOF".encode()).decode()
        answer = self._insist(
            self._cast.hospital().ask, "vault.deposit",
            record_id=record_id, content=content, metadata=METADATA,
        )  # fmt: skip
        if answer is None:
            return
        self.seen.deposited.setdefault(record_id, []).append(answer["document_id"])
        try:
            opened = self._cast.patient(record_id).ask(
                "vault.open", document_id=answer["document_id"]
            )
        except Refusal:
            return
        self.seen.opened.append((record_id, opened["decision_id"]))
        if opened["content"] != content:
            self.seen.broken.append("another content was opened than was deposited")

    def _block(self, record_id: str) -> None:
        """Blocked, then asked: after the acknowledgement nothing is opened. And back again."""
        patient = self._cast.patient(record_id)
        doctor = self._cast.doctor(TREATING_DOCTOR, GENERAL_PRACTICE)
        who = {"record_id": record_id, "professional": TREATING_DOCTOR}
        if self._insist(patient.ask, "access.block_professional", reason="essai", **who) is None:
            return
        self.seen.blocks += 1
        if self._permitted(doctor.ask, record_id):
            self.seen.broken.append("a blocked professional was let in")
        self._insist(patient.ask, "access.unblock_professional", **who)

    def _permitted(self, ask: Callable[..., Any], record_id: str) -> bool:
        try:
            ask("vault.search", record_id=record_id)
        except (Forbidden, *OUTCOME_UNKNOWN):
            return False
        return True
