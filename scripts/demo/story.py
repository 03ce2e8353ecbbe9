"""The story itself: announce, deposit, open, refuse, break the glass, read the journal."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol

from scripts.demo.cast import (
    EMERGENCY_DOCTOR,
    GENERAL_PRACTICE,
    HOSPITAL,
    PROFESSIONALS,
    TREATING_DOCTOR,
    Caller,
    Cast,
)
from scripts.demo.corpus import Document, Person, next_version
from scripts.demo.tally import Tally
from shared.kernel.errors import Forbidden, Refusal, StaleRead
from shared.kernel.ins import INS_NIR_TEST

OPPOSITION_DELAY = timedelta(weeks=6)
PATIENCE = 60.0
"""Seconds to wait for what services do by themselves (a record to open, a notice to arrive)."""
PAUSE = 0.3
"""Seconds between two looks."""
OPENED_BY_DOCTOR = 5


class Teller(Protocol):
    """Shows the story to whoever watches."""

    def chapter(self, title: str) -> None: ...
    def tell(self, sentence: str) -> None: ...
    def steps(self, label: str, items: list[Any]) -> Iterator[Any]: ...


class StoryFailed(Exception):
    """Something the story promises did not happen."""


class Story:
    def __init__(self, cast: Cast, clock_file: Path, tally: Tally, teller: Teller) -> None:
        self._cast = cast
        self._clock_file = clock_file
        self._tally = tally
        self._teller = teller
        self._records: dict[str, str] = {}
        self._deposited: dict[str, list[str]] = {}
        self._last_opening = 0

    def open_records(self, people: list[Person]) -> None:
        """1. Announced; nobody opposes; the delay passes; one person activates."""
        self._teller.chapter("1. Records are announced and open")
        insurer = self._cast.insurer()
        for professional in PROFESSIONALS:
            insurer.do("directory.register_professional", **professional)
        announced = insurer.do("identity.announce_records", rows=[_row(p) for p in people])
        for person, row in zip(people, announced["rows"], strict=True):
            if row.get("fault"):
                raise StoryFailed(f"a record was not announced: {row['fault']['message']}")
            self._records[person.ins] = row["record_id"]
        self._teller.tell(f"{len(people)} records announced; nobody opposes within six weeks.")
        self._clock_file.write_text(str((OPPOSITION_DELAY + timedelta(hours=1)).total_seconds()))
        hospital = self._cast.hospital()
        for person in people:
            self._until(partial(self._is_open, hospital, person), "a record to open")
        heroine = self._records[people[0].ins]
        code = insurer.do("identity.new_activation_code", record_id=heroine)["activation_code"]
        patient = self._cast.patient(heroine)
        patient.do("identity.activate", record_id=heroine, activation_code=code)
        self._teller.tell("All are open; one person activated theirs with the code they were sent.")

    def deposit(self, documents: list[Document]) -> None:
        """2. A hospital deposits; the same one twice is one; a new version replaces."""
        self._teller.chapter("2. A hospital deposits documents")
        hospital = self._cast.hospital()
        taken: list[Document] = []
        refused = self._tally.documents_not_taken
        for document in self._teller.steps("Depositing", documents):
            self._tally.documents_seen += 1
            self._tally.documents_relabelled += document.relabelled
            try:
                answer = hospital.do("vault.deposit", **document.arguments())
            except Refusal as refusal:
                refused[document.name] = _why(refusal)
                continue
            taken.append(document)
            self._tally.documents_deposited += 1
            self._tally.replacements += answer["replaced"] is not None
            self._deposited.setdefault(answer["record_id"], []).append(answer["document_id"])
        others = "; each of the others is listed below with its reason" if refused else ""
        self._teller.tell(f"{len(taken)} of {len(documents)} taken{others}.")
        self._deposit_again(taken[0])
        self._replace(next(d for d in taken if d.unique_id))

    def _deposit_again(self, document: Document) -> None:
        answer = self._cast.hospital().do("vault.deposit", **document.arguments())
        if answer["duplicate_of"] is None:
            raise StoryFailed("a second deposit was not recognised as the same document")
        self._tally.duplicates_refused += 1
        self._teller.tell("The first one sent again: recognised as the same document.")

    def _replace(self, document: Document) -> None:
        answer = self._cast.hospital().do("vault.deposit", **next_version(document).arguments())
        patient = self._cast.patient(answer["record_id"])
        former = patient.ask("vault.describe", document_id=answer["replaced"])
        if former["status"] != "Deprecated":
            raise StoryFailed("the former version is not deprecated")
        self._tally.replacements += 1
        self._deposited[answer["record_id"]].append(answer["document_id"])
        self._teller.tell("A corrected version replaces one: the former is deprecated.")

    def open_and_refuse(self) -> str:
        """3. Opened by right, refused with a reason, blocked, opened in an emergency."""
        self._teller.chapter("3. Who may open, and who may not")
        record_id = max(self._deposited, key=lambda r: len(self._deposited[r]))
        documents = self._deposited[record_id]
        self._open_as_treating_doctor(record_id, documents[:OPENED_BY_DOCTOR])
        self._refuse_a_stranger(record_id, documents[0])
        self._block(record_id, documents[0])
        self._break_glass(record_id, documents[0])
        return record_id

    def _open_as_treating_doctor(self, record_id: str, documents: list[str]) -> None:
        patient = self._cast.patient(record_id)
        patient.do("access.name_treating_doctor", record_id=record_id, professional=TREATING_DOCTOR)
        doctor = self._cast.doctor(TREATING_DOCTOR, GENERAL_PRACTICE)
        for document_id in documents:
            doctor.ask("vault.open", document_id=document_id)
            self._tally.documents_opened += 1
        self._teller.tell(f"The treating doctor, named by the person, opens {len(documents)}.")

    def _refuse_a_stranger(self, record_id: str, document_id: str) -> None:
        dentist = self._cast.dentist()
        refusal = self._refused(lambda: dentist.ask("vault.open", document_id=document_id))
        explanation = self._cast.patient(record_id).ask(
            "access.explain", decision_id=str(refusal.decision_id)
        )
        self._teller.tell("A dentist unknown to the record is refused. The person reads why:")
        self._teller.tell(f"  « {explanation['reason_fr']} »")

    def _block(self, record_id: str, document_id: str) -> None:
        self._cast.patient(record_id).do(
            "access.block_professional",
            record_id=record_id,
            professional=TREATING_DOCTOR,
            reason="préférence personnelle",
        )
        doctor = self._cast.doctor(TREATING_DOCTOR, GENERAL_PRACTICE)
        self._refused(lambda: doctor.ask("vault.open", document_id=document_id))
        self._teller.tell("The person blocks the doctor: the very next opening is refused.")

    def _break_glass(self, record_id: str, document_id: str) -> None:
        doctor = self._cast.doctor(EMERGENCY_DOCTOR, HOSPITAL)
        broken = doctor.do(
            "access.break_glass",
            record_id=record_id,
            reason="patiente inconsciente, antécédents à connaître",
            unable_to_consent=True,
        )
        opened = doctor.ask(
            "vault.open", document_id=document_id, mode="break_glass", session=broken["session"]
        )
        self._last_opening = opened["position"]
        self._tally.documents_opened += 1
        patient = self._cast.patient(record_id)

        def told() -> Any:
            notices = patient.ask("notification.notifications", record_id=record_id)["items"]
            return next((n for n in notices if n["subject"] == broken["session"]), None)

        notice = self._until(told, "the person to be told")
        self._teller.tell("An emergency doctor breaks the glass and opens. The person is told:")
        self._teller.tell(f"  « {notice['text_fr']} »")

    def read_journal(self, record_id: str) -> list[dict[str, Any]]:
        """4. The person reads who did what in their record, all that came before included."""
        self._teller.chapter("4. The journal, and the auditor")
        patient = self._cast.patient(record_id)
        lines: list[dict[str, Any]] = self._until(
            partial(_pages, patient, record_id, {"vault": self._last_opening}),
            "the journal to hold every opening",
        )
        self._tally.journal_entries = len(lines)
        return lines

    def _is_open(self, hospital: Caller, person: Person) -> bool:
        ins = {"value": person.ins, "oid": INS_NIR_TEST}
        return bool(hospital.ask("identity.resolve", ins=ins)["status"] == "open")

    def _refused(self, attempt: Callable[[], Any]) -> Forbidden:
        try:
            attempt()
        except Forbidden as refusal:
            self._tally.accesses_refused += 1
            return refusal
        raise StoryFailed("an access that had to be refused was permitted")

    def _until(self, met: Callable[[], Any], what: str) -> Any:
        """Services follow one another within moments; a deadline, not a promise of speed."""
        deadline = monotonic() + PATIENCE
        while not (found := met()):
            if monotonic() > deadline:
                raise StoryFailed(f"waited {PATIENCE:.0f} s for {what}")
            sleep(PAUSE)
        return found


def _pages(
    patient: Caller, record_id: str, at_least: dict[str, int]
) -> list[dict[str, Any]] | None:
    """The whole journal; ``None`` while it has not reached those positions."""
    lines: list[dict[str, Any]] = []
    cursor = None
    while True:
        asked = {"record_id": record_id, "limit": 100, "cursor": cursor, "at_least": at_least}
        try:
            page = patient.ask("audit.journal", **asked)
        except StaleRead:
            return None
        lines += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return lines


def _row(person: Person) -> dict[str, Any]:
    return {
        "traits": person.traits,
        "ins": {"value": person.ins, "oid": INS_NIR_TEST},
        "checked_with": "CN",
    }


def _why(refusal: Refusal) -> str:
    fields = "; ".join(f"{name} {sentence}" for name, sentence in refusal.fields.items())
    return f"{refusal.code}: {refusal.message}" + (f" ({fields})" if fields else "")
