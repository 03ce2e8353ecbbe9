"""Sentences, names of professions and templates, from the files beside the code."""

import csv
from importlib.resources import files
from importlib.resources.abc import Traversable

from services.notification.domain.notice import NoticeKind
from services.notification.domain.sentences import Sentence, Sentences
from services.notification.domain.template import Template, Templates
from services.notification.domain.topic import Topic

LANGUAGES = ("fr", "en")
_ARTICLES = {"fr": "with_article", "en": "with_article_en"}


def read_sentences() -> dict[str, Sentences]:
    """By language. A kind without its sentence refuses to start."""
    return {language: _sentences(language) for language in LANGUAGES}


def read_templates() -> Templates:
    """Every topic in every language. A template that wants anything but the link refuses to
    start: nothing of the record has a way into it."""
    folder = _data() / "outgoing"
    return {
        (language, topic): _template(folder / language / f"{topic}.txt")
        for language in LANGUAGES
        for topic in Topic
    }


def _sentences(language: str) -> Sentences:
    with (_data() / f"notices_{language}.csv").open(encoding="utf-8") as file:
        found = {row["kind"]: Sentence(row["title"], row["text"]) for row in csv.DictReader(file)}
    with (_data() / "professions.csv").open(encoding="utf-8") as file:
        column = _ARTICLES[language]
        professions = {row["code"]: row[column] for row in csv.DictReader(file)}
    sentences = {kind: found[kind.value] for kind in NoticeKind}
    return Sentences(language=language, sentences=sentences, professions=professions)


def _template(file: Traversable) -> Template:
    return Template.parse(file.read_text(encoding="utf-8"))


def _data() -> Traversable:
    return files("services.notification") / "data"
