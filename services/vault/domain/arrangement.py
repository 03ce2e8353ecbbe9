"""How the person arranges their documents: folders, pins, masking by default.

It says nothing of the documents themselves: professionals see none of it but the mask.
"""

import unicodedata
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.gate import GENERIC_FR
from shared.kernel.ids import derived_id

MAX_FOLDERS = 100


class Arrangement(Aggregate):
    """One for each record, made when first needed. ``folders``: names by id; ``filed``: the
    folder of each document that is in one."""

    TOPIC = "vault.arrangement"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "vault.arrangement_begun"

    class FolderCreated(Event):
        TOPIC = "vault.folder_created"
        folder_id: UUID
        name: str

        def apply(self, arrangement: "Arrangement") -> None:
            arrangement.folders[self.folder_id] = self.name

    class FolderRenamed(Event):
        TOPIC = "vault.folder_renamed"
        folder_id: UUID
        name: str

        def apply(self, arrangement: "Arrangement") -> None:
            arrangement.folders[self.folder_id] = self.name

    class FolderDeleted(Event):
        """Its documents stay, in no folder."""

        TOPIC = "vault.folder_deleted"
        folder_id: UUID

        def apply(self, arrangement: "Arrangement") -> None:
            del arrangement.folders[self.folder_id]
            filed = arrangement.filed.items()
            arrangement.filed = {d: f for d, f in filed if f != self.folder_id}

    class DocumentFiled(Event):
        """``folder_id`` is ``None`` when it is taken out."""

        TOPIC = "vault.document_filed"
        document_id: UUID
        folder_id: UUID | None

        def apply(self, arrangement: "Arrangement") -> None:
            if self.folder_id is None:
                arrangement.filed.pop(self.document_id, None)
            else:
                arrangement.filed[self.document_id] = self.folder_id

    class PinSet(Event):
        TOPIC = "vault.document_pinned"
        document_id: UUID
        on: bool

        def apply(self, arrangement: "Arrangement") -> None:
            change = arrangement.pinned.add if self.on else arrangement.pinned.discard
            change(self.document_id)

    class DirectivesKept(Event):
        """The document of the person's directives: one at a time."""

        TOPIC = "vault.directives_kept"
        document_id: UUID

        def apply(self, arrangement: "Arrangement") -> None:
            arrangement.directives = self.document_id

    class MaskingSet(Event):
        TOPIC = "vault.default_masking_set"
        on: bool

        def apply(self, arrangement: "Arrangement") -> None:
            arrangement.masks_by_default = self.on

    @event(Created)
    def __init__(self, *, record_id: UUID, by: dict[str, Any]) -> None:
        self.record_id = record_id
        self.folders: dict[UUID, str] = {}
        self.filed: dict[UUID, UUID] = {}
        self.pinned: set[UUID] = set()
        self.directives: UUID | None = None
        self.masks_by_default = False

    @staticmethod
    def id_of(secret: bytes, record_id: UUID) -> UUID:
        return derived_id(secret, "arrangement", str(record_id))

    @classmethod
    def begin(cls, secret: bytes, record_id: UUID, by: Actor) -> "Arrangement":
        return cls._create(
            cls.Created, id=cls.id_of(secret, record_id), record_id=record_id, by=by.to_event()
        )

    @property
    def documents(self) -> set[UUID]:
        """Those that are in a folder or pinned."""
        return self.filed.keys() | self.pinned

    def create_folder(self, folder_id: UUID, name: str, by: Actor) -> None:
        """Names are unique whatever their case and accents. Raises :class:`Conflict`."""
        self._require_new(name)
        if len(self.folders) >= MAX_FOLDERS:
            raise Conflict(
                f"A record has {MAX_FOLDERS} folders at most.", fields={"name": "too many folders"}
            )
        self._trigger(self.FolderCreated, by, folder_id=folder_id, name=name)

    def rename_folder(self, folder_id: UUID, name: str, by: Actor) -> None:
        former = self._named(folder_id)
        if _folded(name) != _folded(former):
            self._require_new(name)
        if name != former:
            self._trigger(self.FolderRenamed, by, folder_id=folder_id, name=name)

    def delete_folder(self, folder_id: UUID, by: Actor) -> None:
        self._named(folder_id)
        self._trigger(self.FolderDeleted, by, folder_id=folder_id)

    def file(self, document_id: UUID, folder_id: UUID | None, by: Actor) -> None:
        """Into a folder, out of the one it was in; ``None``: out of all."""
        if folder_id is not None:
            self._named(folder_id)
        if self.filed.get(document_id) != folder_id:
            self._trigger(self.DocumentFiled, by, document_id=document_id, folder_id=folder_id)

    def pin(self, document_id: UUID, by: Actor, *, on: bool) -> None:
        if (document_id in self.pinned) != on:
            self._trigger(self.PinSet, by, document_id=document_id, on=on)

    def keep_directives(self, document_id: UUID, by: Actor) -> None:
        if self.directives != document_id:
            self._trigger(self.DirectivesKept, by, document_id=document_id)

    def mask_by_default(self, by: Actor, *, on: bool) -> None:
        """Of documents that come in from now on (CSP R.1111-49)."""
        if self.masks_by_default != on:
            self._trigger(self.MaskingSet, by, on=on)

    def _named(self, folder_id: UUID) -> str:
        if folder_id not in self.folders:
            raise Forbidden(message_fr=GENERIC_FR)
        return self.folders[folder_id]

    def _require_new(self, name: str) -> None:
        if _folded(name) in map(_folded, self.folders.values()):
            raise Conflict(
                "A folder has this name already.",
                message_fr="Un dossier porte déjà ce nom.",
                fields={"name": "exists already"},
            )

    def _trigger(self, kind: type["Arrangement.Event"], by: Actor, **said: Any) -> None:
        self.trigger_event(kind, record_id=self.record_id, by=by.to_event(), **said)


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())
