"""What people do under load, each on records of its own."""

import base64
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import uuid4

from scripts.demo.cast import GENERAL_PRACTICE, TREATING_DOCTOR, Caller, Cast
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Forbidden, NotFound, Refusal
from tests.trust.history import Act
from tests.trust.load import Desk, Work

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
BOXES = 5
"""On each prescription; more hands than that reach for them."""
PHARMACISTS = ("810000000001", "810000000002", "810000000003")
PHARMACY = "1750000018"


def doctor(cast: Cast) -> Caller:
    return cast.doctor(TREATING_DOCTOR, GENERAL_PRACTICE)


def pharmacist(cast: Cast, national_id: str) -> Caller:
    claims = {
        "SubjectNameID": national_id,
        "SubjectOrganizationID": PHARMACY,
        "exercice": {"codeProfession": "21"},
    }
    return Caller(cast.rpc, cast.issuer, ActorKind.PROFESSIONAL, claims)


def new_content() -> str:
    return base64.b64encode(f"%PDF-1.4\n% {uuid4()}\n%%EOF".encode()).decode()


def depositing(cast: Cast, records: Sequence[str]) -> Work:
    """A letter of its own each time, opened at once by the person."""
    turn = count()

    def work(desk: Desk) -> None:
        record_id, content = records[next(turn) % len(records)], new_content()
        done = desk.insist(
            cast.hospital().ask, "vault.deposit",
            record_id=record_id, content=content, metadata=METADATA,
        )  # fmt: skip
        if not isinstance(done.answer, dict):
            return desk.seen.broken.append(f"a deposit was refused: {done.answer}")
        document_id = done.answer["document_id"]
        desk.seen.deposited[record_id].append(document_id)
        opened = desk.look(cast.patient(record_id).ask, "vault.open", document_id=document_id)
        if opened and isinstance(opened.answer, dict):
            desk.seen.opened.append((record_id, opened.answer["decision_id"]))
            if opened.answer["content"] != content:
                desk.seen.broken.append("another content was opened than was deposited")
        return None

    return work


def blocking(cast: Cast, record_id: str) -> Work:
    """The person blocks their doctor, and lets them in again: a block ends their role, so they are
    lifted and named anew, at some instant between the two."""
    who = {"record_id": record_id, "professional": TREATING_DOCTOR}

    def done(desk: Desk, method: str, **more: Any) -> Act | None:
        act = desk.insist(cast.patient(record_id).ask, f"access.{method}", **who, **more)
        if not isinstance(act.answer, Refusal):
            return act
        desk.seen.broken.append(f"a {method} was refused: {act.answer}")
        return None

    def work(desk: Desk) -> None:
        if blocked := done(desk, "block_professional", reason="essai"):
            desk.note("block", record_id, replace(blocked, what="block"))
            time.sleep(0.1)
        lifted = done(desk, "unblock_professional")
        named = done(desk, "name_treating_doctor")
        if lifted and named:
            both = replace(lifted, what="unblock", answered=named.answered)
            desk.note("block", record_id, both)
            time.sleep(0.1)

    return work


def opening(cast: Cast, record_id: str, document_id: str) -> Work:
    """The doctor opens one document again and again, let in or not."""

    def work(desk: Desk) -> None:
        act = desk.look(doctor(cast).ask, "vault.open", document_id=document_id)
        if act is None:
            return time.sleep(0.1)
        if isinstance(act.answer, Refusal) and not isinstance(act.answer, Forbidden | NotFound):
            return desk.seen.broken.append(f"an opening was refused: {act.answer}")
        let_in = isinstance(act.answer, dict)
        if let_in:
            desk.seen.opened.append((record_id, act.answer["decision_id"]))
        return desk.note("block", record_id, replace(act, what="open", answer=let_in))

    return work


def dispensing(cast: Cast, record_id: str) -> Work:
    """A prescription of some boxes, and pharmacists who reach for them all at once."""

    def work(desk: Desk) -> None:
        line: dict[str, Any] = {"product": {"label": "ESSAI 1 mg, comprimé"}, "quantity": BOXES}
        issued = desk.insist(
            doctor(cast).ask, "prescription.issue", record_id=record_id, lines=[line]
        )
        if not isinstance(issued.answer, dict):
            return desk.seen.broken.append(f"an issue was refused: {issued.answer}")
        number = issued.answer["number"]
        with ThreadPoolExecutor(len(PHARMACISTS)) as hands:
            for taken in hands.map(
                lambda who: list(take_all(desk, cast, who, number)), PHARMACISTS
            ):
                for act in taken:
                    desk.note("dispense", number, act)
        return None

    return work


def take_all(desk: Desk, cast: Cast, who: str, number: str) -> list[Act]:
    """One box after the other, until there is none."""
    acts: list[Act] = []
    outcomes = [{"line": 1, "what": "dispensed", "quantity": 1}]
    while True:
        act = desk.insist(
            pharmacist(cast, who).ask, "prescription.dispense", number=number, outcomes=outcomes
        )
        refused = isinstance(act.answer, Refusal)
        if refused and act.answer.code not in {"nothing_left", "number_used"}:
            desk.seen.broken.append(f"a box was refused: {act.answer}")
            return acts
        if isinstance(act.answer, dict):
            desk.seen.boxes[number].append(act.answer["dispensation_id"])
            acts.append(replace(act, what="dispense", argument=1, answer=True))
            continue
        answer = False if refused else act.answer
        return [*acts, replace(act, what="dispense", argument=1, answer=answer)]
