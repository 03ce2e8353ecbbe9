"""What a notice says inside the record, in the person's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.notification.domain.notice import NoticeKind
from shared.kernel.french import FRANCE, french_day, french_time

_OTHERS = {
    "fr": {"facility": "un établissement de santé", "secretary": "un secrétariat médical"},
    "en": {"facility": "a health facility", "secretary": "a medical secretary"},
}
_UNKNOWN = {"fr": "un professionnel de santé", "en": "a health professional"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


class Sentence(NamedTuple):
    """``text`` may hold ``{when}`` and ``{someone}``."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """Of one language. ``professions``: code -> with its article, as ``un médecin``."""

    language: str
    sentences: Mapping[NoticeKind, Sentence]
    professions: Mapping[str, str]

    def title(self, kind: NoticeKind) -> str:
        return self.sentences[kind].title

    def text(self, kind: NoticeKind, who: Mapping[str, str], happened_at: datetime) -> str:
        when = _WHEN[self.language](happened_at)
        return self.sentences[kind].text.format(when=when, someone=self._someone(who))

    def _someone(self, who: Mapping[str, str]) -> str:
        named = self.professions.get(who.get("profession", ""))
        others = _OTHERS[self.language]
        return named or others.get(who.get("kind", ""), _UNKNOWN[self.language])


def _in_french(moment: datetime) -> str:
    return f"Le {french_day(moment)} à {french_time(moment)}"


def _in_english(moment: datetime) -> str:
    local = moment.astimezone(FRANCE)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} at {local:%H:%M}"


_WHEN = {"fr": _in_french, "en": _in_english}
