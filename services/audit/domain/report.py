"""What a verification found, in words that name the thing and never what it holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

KEPT = 200
"""Findings of one kind that are kept one by one; the others are counted."""


class FindingKind(StrEnum):
    """:data:`SENTENCES` says each in words."""

    CHECKPOINT_INVALID = "checkpoint_invalid"
    ROOT_DIFFERS = "root_differs"
    LOG_FILE_MISSING = "log_file_missing"
    LOG_FILE_CHANGED = "log_file_changed"
    LOG_MAP_BROKEN = "log_map_broken"
    STORE_MISSING = "store_missing"
    EVENT_CHANGED = "event_changed"
    EVENT_REMOVED = "event_removed"
    EVENT_ADDED = "event_added"
    EVENT_NOT_LOGGED = "event_not_logged"
    EVENT_LOST_BY_RESTORE = "event_lost_by_restore"
    STATE_NOT_AUTHENTIC = "state_not_authentic"
    KEY_UNAVAILABLE = "key_unavailable"
    DOCUMENT_MISSING = "document_missing"
    DOCUMENT_CHANGED = "document_changed"
    ARCHIVE_CHANGED = "archive_changed"
    CHECKPOINT_ROLLED_BACK = "checkpoint_rolled_back"
    LOG_FORKED = "log_forked"
    KEY_SWAPPED = "key_swapped"


SENTENCES = {
    FindingKind.CHECKPOINT_INVALID: (
        "The checkpoint is missing or not signed by the log's key",
        "Le point de contrôle manque, ou la clé du journal ne l’a pas signé",
    ),
    FindingKind.ROOT_DIFFERS: (
        "The entries do not hash to the root that was signed",
        "Les entrées ne donnent pas la racine qui a été signée",
    ),
    FindingKind.LOG_FILE_MISSING: (
        "A file of the log is missing",
        "Un fichier du journal manque",
    ),
    FindingKind.LOG_FILE_CHANGED: (
        "A file of the log was changed",
        "Un fichier du journal a été modifié",
    ),
    FindingKind.LOG_MAP_BROKEN: (
        "The log holds an entry that is assigned to no event",
        "Le journal contient une entrée qui n’est rattachée à aucun événement",
    ),
    FindingKind.STORE_MISSING: (
        "A service's event store is missing",
        "La base d’événements d’un service manque",
    ),
    FindingKind.EVENT_CHANGED: (
        "An event was changed after it was logged",
        "Un événement a été modifié après son inscription au journal",
    ),
    FindingKind.EVENT_REMOVED: (
        "An event that was logged is no longer in its store",
        "Un événement inscrit au journal n’est plus dans sa base",
    ),
    FindingKind.EVENT_ADDED: (
        "An event stands among logged ones and was never logged",
        "Un événement a été glissé parmi d’autres sans passer par le journal",
    ),
    FindingKind.EVENT_NOT_LOGGED: (
        "An event is not in the log",
        "Un événement n’est pas inscrit au journal",
    ),
    FindingKind.EVENT_LOST_BY_RESTORE: (
        "An event that was logged was lost when its store was restored",
        "Un événement inscrit a été perdu à la restauration de sa base",
    ),
    FindingKind.STATE_NOT_AUTHENTIC: (
        "The sealed content of an event was changed or moved: it does not open",
        "Le contenu scellé d’un événement a été modifié ou déplacé : il ne s’ouvre pas",
    ),
    FindingKind.KEY_UNAVAILABLE: (
        "The content of an event was not opened: its key is out of reach",
        "Le contenu d’un événement n’a pas été ouvert : sa clé est hors d’atteinte",
    ),
    FindingKind.DOCUMENT_MISSING: (
        "A stored document is missing",
        "Un document enregistré manque",
    ),
    FindingKind.DOCUMENT_CHANGED: (
        "A stored document was changed",
        "Un document enregistré a été modifié",
    ),
    FindingKind.ARCHIVE_CHANGED: (
        "A file of the archive is not as it was signed",
        "Un fichier de l’archive n’est pas tel qu’il a été signé",
    ),
    FindingKind.CHECKPOINT_ROLLED_BACK: (
        "The published checkpoint is older than one that was signed and seen",
        "Le point de contrôle publié est plus ancien qu’un autre, signé et déjà vu",
    ),
    FindingKind.LOG_FORKED: (
        "The log does not hold what a checkpoint signed by its key says: it was forked",
        "Le journal ne contient pas ce que dit un point de contrôle signé : il a bifurqué",
    ),
    FindingKind.KEY_SWAPPED: (
        "A checkpoint was seen that is signed by another key than the log's",
        "Un point de contrôle signé par une autre clé que celle du journal a été vu",
    ),
}
"""English, French."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is named depends on the kind; ids are opaque, ``path`` is a file of the log."""

    kind: FindingKind
    service: str | None = None
    position: int | None = None
    originator_id: str | None = None
    originator_version: int | None = None
    topic: str | None = None
    leaf_index: int | None = None
    document_id: str | None = None
    object_key: str | None = None
    path: str | None = None
    detail: str | None = None

    @property
    def where(self) -> str:
        """The exact place, in one line."""
        named = [
            ("service", self.service),
            ("position", self.position),
            ("document", self.document_id),
            ("object", self.object_key),
            ("originator", self.originator_id),
            ("version", self.originator_version),
            ("topic", self.topic),
            ("leaf", self.leaf_index),
            ("file", self.path),
        ]
        return ", ".join(f"{name} {value}" for name, value in named if value is not None)

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{SENTENCES[self.kind][0]}: {self.where}{detail}"

    def to_json(self) -> dict[str, Any]:
        fields = {n: v for n, v in vars(self).items() if v is not None}
        english, french = SENTENCES[self.kind]
        return {**fields, "sentence_en": english, "sentence_fr": french}


@dataclass
class ServiceCount:
    """Of one service: events in its store; of them, found unchanged in the log; not yet in it;
    opened with a key; of an erased record, whose content nobody can open any more."""

    events: int = 0
    matched: int = 0
    pending: int = 0
    opened: int = 0
    erased: int = 0

    def include(self, other: "ServiceCount") -> None:
        for name, more in vars(other).items():
            setattr(self, name, getattr(self, name) + more)


@dataclass
class VerificationReport:
    """``log_size`` and ``root`` (base64): of the signed checkpoint, as far as it could be read.

    ``findings``: at most :data:`KEPT` of a kind, ``found`` counts them all. ``documents``:
    stored documents whose bytes were compared.
    """

    origin: str = ""
    log_size: int = 0
    root: str = ""
    services: dict[str, ServiceCount] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    found: Counter[FindingKind] = field(default_factory=Counter)
    documents: int = 0
    states_checked: bool = False
    documents_checked: bool = False

    @property
    def log_verified(self) -> bool:
        """Whether everything that was compared is as it was logged."""
        return not self.found

    @property
    def pending(self) -> int:
        return sum(count.pending for count in self.services.values())

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.found[finding.kind] += 1
            if self.found[finding.kind] <= KEPT:
                self.findings.append(finding)

    def include(self, part: "VerificationReport") -> None:
        """What was found in a part of the rows, maybe by another process."""
        met = Counter(self.found)
        for finding in part.findings:
            met[finding.kind] += 1
            if met[finding.kind] <= KEPT:
                self.findings.append(finding)
        self.found += part.found
        for service, count in part.services.items():
            self.of(service).include(count)
        self.documents += part.documents
        self.states_checked |= part.states_checked
        self.documents_checked |= part.documents_checked

    def of(self, service: str) -> ServiceCount:
        return self.services.setdefault(service, ServiceCount())

    def to_json(self) -> dict[str, Any]:
        return {
            "origin": self.origin,
            "log_size": self.log_size,
            "root": self.root,
            "log_verified": self.log_verified,
            "services": {name: vars(count) for name, count in sorted(self.services.items())},
            "documents": self.documents,
            "states_checked": self.states_checked,
            "documents_checked": self.documents_checked,
            "pending": self.pending,
            "found": {kind.value: n for kind, n in sorted(self.found.items())},
            "findings": [finding.to_json() for finding in self.findings],
        }
