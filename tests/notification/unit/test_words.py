"""The files of words: every template and every sentence."""

import csv
from pathlib import Path

import pytest

from services.notification.adapters.words import LANGUAGES, read_sentences, read_templates
from services.notification.domain.notice import NoticeKind
from services.notification.domain.telling import TELLS
from services.notification.domain.template import Template
from services.notification.domain.topic import Topic
from services.notification.policies import POLICIES
from tests.notification.sample import NOW

ROOT = Path(__file__).parents[3]
PROFESSIONS = ROOT / "services/notification/data/professions.csv"
TYPES = ROOT / "services/audit/data/document_types.csv"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", Topic)
def test_no_template_says_anything_of_health_or_of_who(language: str, topic: Topic) -> None:
    """Nothing but the link is put into it; and its fixed words name no profession, no specialty,
    no kind of facility, no type of document, no act."""
    template = read_templates()[language, topic]
    written = f"{template.subject} {template.body_with('')} {template.text_with('')}".lower()
    with PROFESSIONS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    roles = [row[name].partition(" ")[2] for row in rows for name in list(row)[1:]]
    with TYPES.open(encoding="utf-8") as file:
        types = [row["label_fr"].lower() for row in csv.DictReader(file)]
    acts = (
        *("hôpital", "clinique", "pharmacie", "laboratoire", "hospital", "pharmacy", "résultat"),
        *("ordonnance", "prescription", "vaccin", "dépistage", "screening", "cancer", "analyse"),
        *("compte rendu", "diagnos", "maladie", "disease", "traitement", "grossesse", "document"),
    )

    assert [word for word in (*roles, *types, *acts) if word.lower() in written] == []
    assert template.body.count("{") == 1


@pytest.mark.parametrize(
    "text", ["a\n\n{link} {name}", "a\n\n{link.x}", "a\nb\n\n{link}", "subject alone", "a\n\n{}"]
)
def test_a_template_that_wants_more_does_not_start(text: str) -> None:
    """Nothing of the record has a way into it, whoever writes the next one."""
    with pytest.raises(ValueError, match="template"):
        Template.parse(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_has_its_words(language: str, kind: NoticeKind) -> None:
    """In each language, with when and by which role."""
    words = read_sentences()[language]

    assert words.title(kind)
    assert "{" not in words.text(kind, {"profession": "10"}, NOW)


def test_words_in_english_say_when_by_the_clocks_of_france() -> None:
    """CSP R1111-48: who opened it, and when; in the language the person reads."""
    told = read_sentences()["en"].text(NoticeKind.GLASS_BROKEN, {"profession": "10"}, NOW)

    assert told.startswith("On 21 November 2026 at 09:30, a doctor opened your record")


def test_every_message_that_tells_is_followed() -> None:
    """A message that makes a notice comes from a service that is listened to."""
    assert set(TELLS) <= set(POLICIES)
