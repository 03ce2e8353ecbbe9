"""Read models: the lines of each record, the documents they are about, the rights behind them.

In clear: opaque ids, instants, and which kind of actor. Who and what is sealed under the record's
key; whose line it is, a keyed token. The three views follow the same messages.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from services.audit.domain.lines import Group, Line, Result, Who, codes_subject, line_of
from shared.eventing.received import Received
from shared.kernel.clock import instant
from shared.stores.documents import Delete, Eq, Patch, Purge, Put, Write


class Sealing(Protocol):
    """Seals a value under a record's key (``None``: our own); raises ``KeyErased`` once that is
    gone."""

    def seal(self, record_id: UUID | None, place: str, value: Any) -> str: ...

    def open(self, record_id: UUID | None, place: str, text: str) -> Any: ...

    def token(self, label: str, value: str) -> str: ...


class JournalLines:
    """One document per line. ``subject``: a token of the document it is about, or empty. The last
    index is for who goes through all records."""

    NAME = "journal"
    VERSION = 2
    INDEXES = ("record_id,at", "record_id,subject,at", "at")

    def __init__(self, sealing: Sealing, groups: Mapping[str, Group]) -> None:
        self._sealing = sealing
        self._groups = groups

    def writes(self, received: Received) -> Sequence[Write]:
        line = line_of(received.type, received.data, self._groups)
        if line is None or received.record is None:
            return []
        id_ = line_id(received)
        return [
            Put(
                id_,
                {
                    "record_id": str(received.record),
                    "at": instant(received.occurred_at),
                    "group": line.group.value,
                    "actor_kind": line.actor_kind.value,
                    "secret": line.secret,
                    "subject": subject_token(self._sealing, received.record, line.subject),
                    "actors": [self._sealing.token("actor", key) for key in line.actors],
                    "line": self._sealing.seal(received.record, id_, to_json(line)),
                },
            )
        ]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return purge(record_id)


class Subjects:
    """What lines are about, with what ``access`` must know to say who may see it."""

    NAME = "journal_subjects"
    VERSION = 2
    INDEXES = ("record_id",)

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def writes(self, received: Received) -> Sequence[Write]:
        if received.record is None:
            return []
        match received.type:
            case "vault.document_deposited" | "vault.document_released":
                return [self._put(received.record, received.data["document_id"], received.data)]
        codes = sorted(received.data.get("confidentiality") or ())
        if not received.data.get("document_id") and (codes or _is_decision(received)):
            return [self._put(received.record, codes_subject(codes), {"confidentiality": codes})]
        return self._changes(received.record, received)

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return purge(record_id)

    def _put(self, record_id: UUID, subject: str, data: Mapping[str, Any]) -> Write:
        """Codes that change later stand apart, so that a change replaces them alone."""
        token = subject_token(self._sealing, record_id, subject)
        lasting = {name: data[name] for name in _ATTRIBUTES if data.get(name) is not None}
        return Put(
            token,
            {
                "record_id": str(record_id),
                "lasting": self._sealing.seal(record_id, f"{token}.lasting", lasting),
                "codes": self._codes(record_id, token, data),
            },
        )

    def _changes(self, record_id: UUID, received: Received) -> Sequence[Write]:
        """Any later message of the vault about a document says what its codes are now. Others
        repeat what they were told, which may be old, as copies do what who asked for them is told.
        """
        data = received.data
        known = received.publisher == "vault" and data.get("document_id")
        known = known and received.type != "vault.copies_asked"
        if not known or data.get("confidentiality") is None:
            return []
        token = subject_token(self._sealing, record_id, data["document_id"])
        return [Patch(token, {"codes": self._codes(record_id, token, data)})]

    def _codes(self, record_id: UUID, token: str, data: Mapping[str, Any]) -> str:
        codes = sorted(data.get("confidentiality") or ())
        return self._sealing.seal(record_id, f"{token}.codes", codes)


class Rights:
    """By which right each permitted decision was made: a code of ``access``, no health data.
    ``secret``: of a minor's secret session; older rows do not say."""

    NAME = "journal_rights"
    VERSION = 1
    INDEXES = ("record_id",)

    def writes(self, received: Received) -> Sequence[Write]:
        if received.type != "access.access_decided" or received.record is None:
            return []
        if not received.data.get("permit"):
            return []
        right = {
            "record_id": str(received.record),
            "right": received.data.get("right"),
            "secret": bool(received.data.get("secret")),
        }
        return [Put(received.data["decision_id"], right)]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return purge(record_id)


def _is_decision(received: Received) -> bool:
    return received.type == "access.access_decided"


class Merges:
    """Which records live on in another: the lines of the source are the target's to read."""

    NAME = "journal_merges"
    VERSION = 1
    INDEXES = ("record_id",)

    def writes(self, received: Received) -> Sequence[Write]:
        match received.type:
            case "identity.records_merged" if received.record:
                source = received.data["source"]
                return [Put(source, {"record_id": str(received.record)})]
            case "identity.records_split":
                return [Delete(received.data["source"])]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return purge(record_id)


_ATTRIBUTES = ("class", "type", "author", "facility", "by_patient", "status")


def attributes_of(sealing: Sealing, subject: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that ``access`` decides on."""
    token, record_id = subject["id"], UUID(subject["record_id"])
    lasting: dict[str, Any] = sealing.open(record_id, f"{token}.lasting", subject["lasting"])
    codes = sealing.open(record_id, f"{token}.codes", subject["codes"])
    return {"kind": "document", **lasting, "confidentiality": codes}


def subject_token(sealing: Sealing, record_id: UUID, subject: str) -> str:
    """Empty for a line about nothing that could be hidden."""
    return sealing.token("subject", f"{record_id}/{subject}") if subject else ""


def line_id(received: Received) -> str:
    return f"{received.publisher}.{received.epoch}.{received.position}"


def purge(record_id: UUID) -> Sequence[Write]:
    return [Purge((Eq("record_id", str(record_id)),))]


def to_json(line: Line) -> dict[str, Any]:
    return {
        "action": line.action,
        "by": dict(line.by),
        "result": line.result.value,
        "document_id": str(line.document_id) if line.document_id else None,
        "decision_id": str(line.decision_id) if line.decision_id else None,
        "mode": line.mode,
        "details": dict(line.details),
    }


def from_json(doc: Mapping[str, Any], opened: Mapping[str, Any]) -> Line:
    """``doc``: the document as stored; ``opened``: its sealed part."""
    return Line(
        action=opened["action"],
        group=Group(doc["group"]),
        actor_kind=Who(doc["actor_kind"]),
        secret=doc["secret"],
        by=opened["by"],
        actors=(),
        result=Result(opened["result"]),
        subject=doc["subject"],
        document_id=UUID(opened["document_id"]) if opened["document_id"] else None,
        decision_id=UUID(opened["decision_id"]) if opened["decision_id"] else None,
        mode=opened["mode"],
        details=opened["details"],
    )
