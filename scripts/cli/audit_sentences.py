"""A told act as a line that people read, in the words of the journal."""

from collections import OrderedDict
from typing import Any

from services.audit.adapters.words import groups, words
from services.audit.domain.affected import is_refusal
from services.audit.domain.lines import is_of_a_double, line_of
from services.audit.domain.sentences import Telling, sentence_fr
from services.audit.domain.statistics import DEPOSITS
from services.audit.domain.told import Told
from shared.kernel.clock import instant

REMEMBERED = 100_000
"""Documents and decisions, so that memory does not grow with the log."""
ERASED_FR = "Les clés de ce dossier ont été détruites : plus rien ne peut en être lu."
DOUBLE_FR = "Un document déposé a été comparé à un document déjà présent."
"""The vault asked whether its depositor may know; nobody wanted to read it."""

_UNTOLD_FR = {
    "access.access_decided": "Un accès a été permis.",
    "notification.notification_created": "Un avis a été adressé à la personne.",
    "keyring.key_created": "La clé du dossier a été créée.",
    "keyring.key_destroyed": "Les clés du dossier ont été détruites.",
    "identity.record_erased": "Les données du dossier ont été effacées.",
}
"""What the person's journal does not tell, for an auditor."""


class Story:
    """Tells the acts of one record, in order. ``physician``: whether which document it was may
    be told; codes and the facts of decisions always are."""

    def __init__(self, *, physician: bool) -> None:
        self._physician = physician
        self._types: OrderedDict[str, str] = OrderedDict()
        self._rights: OrderedDict[str, str] = OrderedDict()

    def line(self, told: Told) -> dict[str, Any]:
        self._remember(told)
        right = self._rights.get(str(told.data.get("decision_id")), "")
        return {
            "at": instant(told.at),
            "who": "" if told.erased else told.who,
            "sentence_fr": self._sentence(told, right),
            "action": told.type,
            "refused": is_refusal(told) and not is_of_a_double(told.data),
            "right": right,
            "rules": list(told.data.get("rules") or ()),
            "mode": str(told.data.get("mode") or "normal"),
            "document": self._document(told),
            "place": told.place,
        }

    def _remember(self, told: Told) -> None:
        if told.type in DEPOSITS:
            _keep(self._types, str(told.data["document_id"]), str(told.data["type"]))
        if told.type == "access.access_decided":
            _keep(self._rights, str(told.data["decision_id"]), str(told.data["right"]))

    def _document(self, told: Told) -> str | None:
        document = told.data.get("document_id")
        return str(document) if document and self._physician else None

    def _sentence(self, told: Told, right: str) -> str:
        """What has no sentence for the person is shown by its type."""
        if told.erased:
            return ERASED_FR
        if is_of_a_double(told.data):
            return DOUBLE_FR
        line = line_of(told.type, told.data, groups())
        if line is None:
            return _UNTOLD_FR.get(told.type, told.type)
        type_ = self._types.get(str(line.document_id)) if self._physician else None
        telling = Telling(to_person=False, names={}, document_type=type_, right=right)
        return sentence_fr(line, words(), telling)


def _keep(known: OrderedDict[str, str], name: str, value: str) -> None:
    known[name] = value
    if len(known) > REMEMBERED:
        known.popitem(last=False)
