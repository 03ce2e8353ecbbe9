"""Runs a journey: each step a call over AMQP with a token of its own, and a verdict."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from scripts.conformance.journeys import Journey, Step, differs, filled
from shared.crypto.base64_text import to_base64
from shared.kernel.errors import Refusal
from shared.kernel.ins import INS_NIR_TEST, control_key

PAUSE = 0.3
"""Seconds between two looks at what services do by themselves."""


class Calls(Protocol):
    """What answers: an RPC client, or a double."""

    def call(
        self, service: str, method: str, arguments: Mapping[str, Any], *, token: str | None
    ) -> Any: ...


TRAITS = {
    "birth_name": "CONFORMITE-ESSAI",
    "birth_given_names": "ANNE",
    "first_given_name": "ANNE",
    "sex": "F",
    "birth_date": "1984-01-15",
    "birth_place": "99134",
}
METADATA = {
    "type": "86531-1",
    "title": "Attestation de sortie",
    "creation": "2026-02-05T16:00:00.000Z",
    "service_start": "2026-02-05T16:00:00.000Z",
    "author": "899700218896",
    "institution": "1750712184",
    "specialty": "G15_10/SM26",
    "practice_setting": "ETABLISSEMENT",
    "facility_type": "SA01",
    "confidentiality": ["N"],
    "language": "fr-FR",
}
PDF = b"""%%PDF-1.4
%% %s
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%%%EOF
"""
"""One empty page, and a comment that no other document has."""
Token = Callable[[str, Mapping[str, Any]], str]
"""A token of that kind with these claims."""


@dataclass(frozen=True)
class Verdict:
    """``wrong`` is empty when all was as expected."""

    say: str
    wrong: str = ""


def run(
    journey: Journey, calls: Calls, token: Token, foreign: Token, given: Mapping[str, Any]
) -> Iterator[Verdict]:
    """``given``: an open record (``record``), the INS and mailbox of its person. Stops at
    the first step that went wrong: those after it build on it."""
    for values in journey.each:
        known: dict[str, Any] = {**beginnings(), **given, **values}
        for step in journey.steps:
            verdict = _try(step, known, calls, token, foreign)
            yield Verdict(filled(verdict.say, known), verdict.wrong)
            if verdict.wrong:
                return


def beginnings() -> dict[str, Any]:
    """What each run begins with: a person nobody is, a document nobody has, fresh ids."""
    return {
        "ins": new_ins(),
        "traits": TRAITS,
        "pdf": to_base64(PDF % uuid4().hex.encode()),
        "metadata": METADATA,
        "nobody": str(uuid4()),
        "reply": str(uuid4()),
    }


def new_ins() -> dict[str, str]:
    """Of the test space, and with a true key; born abroad (99), in a year that fits nobody."""
    year, month, order = secrets.randbelow(100), 1 + secrets.randbelow(12), secrets.randbelow(10**6)
    matricule = f"1{year:02d}{month:02d}99{order:06d}"
    return {"value": matricule + control_key(matricule), "oid": INS_NIR_TEST}


def _try(step: Step, known: dict[str, Any], calls: Calls, token: Token, foreign: Token) -> Verdict:
    until = time.monotonic() + step.within
    while True:
        verdict = _once(step, known, calls, token, foreign)
        if not verdict.wrong or time.monotonic() > until:
            return verdict
        time.sleep(PAUSE)


def _once(step: Step, known: dict[str, Any], calls: Calls, token: Token, foreign: Token) -> Verdict:
    service, _, method = step.call.partition(".")
    arguments = filled(step.arguments, known)
    if step.command:
        arguments.setdefault("request_id", str(uuid4()))
    try:
        answer = calls.call(service, method, arguments, token=_proof(step, known, token, foreign))
    except Refusal as refusal:
        return Verdict(step.say, _judged(step, refusal, known))
    if step.refused:
        return Verdict(step.say, f"answered, and had to be refused as {step.refused}")
    wrong = differs(filled(step.answer or {}, known), answer)
    if not wrong:
        known.update({name: answer[member] for name, member in step.keep.items()})
    return Verdict(step.say, "; ".join(wrong))


def _proof(step: Step, known: dict[str, Any], token: Token, foreign: Token) -> str | None:
    if step.caller is None:
        return None
    if step.caller == "foreign":
        return foreign("operator", {"sub": "insurer"})
    claims = filled(dict(step.caller), known)
    return token(claims.pop("kind"), claims)


def _judged(step: Step, refusal: Refusal, known: dict[str, Any]) -> str:
    if step.refused is None:
        fields = f" ({', '.join(refusal.fields)})" if refusal.fields else ""
        return f"refused as {refusal.code}{fields}: {refusal.message}"
    if refusal.code != step.refused:
        return f"refused as {refusal.code}, not as {step.refused}"
    if missing := set(step.fields) - set(refusal.fields):
        return f"the refusal does not name {', '.join(sorted(missing))}"
    if refusal.decision_id:
        known["decision"] = str(refusal.decision_id)
    return ""
