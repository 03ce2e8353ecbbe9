"""A line of the journal in plain French, as the person reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.audit.domain.lines import Line, Result, Who
from shared.kernel.actor import ActorKind
from shared.kernel.french import french_day

_RIGHTS = {
    "own_record": "",
    "treating_doctor": ", en tant que médecin traitant",
    "administrator": ", en tant que professionnel qui gère {le_dossier}",
    "care_team": ", au sein de l’équipe de soins",
    "explicit_consent": ", avec {l_accord}",
    "break_glass": ", en urgence et sans accord préalable",
    "regulation_centre": ", pour répondre à un appel au Samu-Centre 15",
    "legal_representative": ", en tant que représentant légal",
}
_THINGS = {
    "profile_section": "des informations du profil médical",
    "measure": "des mesures de santé",
    "appointment": "des rendez-vous",
    "prescription": "une ordonnance",
    "message": "un message",
}
"""What is no document, by the kind that ``access`` was asked about."""
_TO_PERSON = {
    "le_dossier": "votre espace santé",
    "du_dossier": "de votre espace santé",
    "au_dossier": "à votre espace santé",
    "l_accord": "votre accord",
}
_OF_PERSON = {
    "le_dossier": "l’espace santé",
    "du_dossier": "de l’espace santé",
    "au_dossier": "à l’espace santé",
    "l_accord": "l’accord de la personne",
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """``sentences``: by action. ``professions``, ``types``: labels by code."""

    sentences: Mapping[str, str]
    professions: Mapping[str, str]
    types: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Telling:
    """``to_person``: whether the reader is the person of the record.

    ``names``: of professionals and facilities, by national id, as far as known.
    ``document_type``: its code, or None if it may not be told. ``reasons``: whether it may be
    told why access was refused.
    """

    to_person: bool
    names: Mapping[str, str]
    document_type: str | None = None
    right: str | None = None
    reasons: bool = True


def sentence_fr(line: Line, words: Words, telling: Telling) -> str:
    dossier = _TO_PERSON if telling.to_person else _OF_PERSON
    you = telling.to_person and line.by.get("kind") == ActorKind.PATIENT
    text = words.sentences[line.action].format(
        **dossier,
        Le_dossier=_capital(dossier["le_dossier"]),
        who="Vous" if you else who_fr(line, words, telling),
        a="avez" if you else "a",
        document=_document(line.details, words, telling),
        other=_other(line.details, telling),
        right=_RIGHTS.get(telling.right or "", "").format(**dossier),
        opens_at=_day(line.details.get("opens_at")),
    )
    reason = line.details.get("reason_fr") if telling.reasons else None
    return f"{text} {reason}" if reason and line.result is Result.REFUSED else text


def who_fr(line: Line, words: Words, telling: Telling) -> str:
    """Who acted, as a list shows it."""
    if telling.to_person and line.by.get("kind") == ActorKind.PATIENT:
        return "Vous"
    if line.actor_kind is Who.ENROLMENT and line.by.get("kind") == ActorKind.OPERATOR:
        return "L’Assurance Maladie"
    return _who(line.by, words, telling)


def _who(by: Mapping[str, Any], words: Words, telling: Telling) -> str:
    kind, id_ = by.get("kind"), by.get("id", "")
    match kind:
        case ActorKind.PROFESSIONAL:
            return _capital(_professional(by, words, telling))
        case ActorKind.FACILITY:
            own = telling.names.get(id_, "Un établissement de santé")
            named = by.get("on_behalf_of")
            return f"{_capital(_professional(named, words, telling))} ({own})" if named else own
        case ActorKind.SECRETARY:
            place = telling.names.get(by.get("facility") or "")
            return f"Un secrétariat médical ({place})" if place else "Un secrétariat médical"
    return _OTHERS.get(str(kind), "Le système")


_OTHERS: Mapping[str, str] = {
    ActorKind.PATIENT: "La personne",
    ActorKind.REPRESENTATIVE: "Un représentant légal",
    ActorKind.CAREGIVER: "Un aidant",
    ActorKind.APPLICATION: "Un service numérique",
    ActorKind.AUDITOR: "Un auditeur mandaté",
    ActorKind.OPERATOR: "L’exploitant du service",
    ActorKind.SUPPORT: "L’assistance",
}


def _professional(by: Mapping[str, Any], words: Words, telling: Telling) -> str:
    """``Claire Martin (médecin, CHU de Lens)``, as far as known."""
    label = words.professions.get(by.get("profession") or "")
    place = telling.names.get(by.get("facility") or "")
    more = ", ".join(text for text in (label, place) if text)
    said = telling.names.get(by.get("id", ""), "un professionnel de santé")
    return f"{said} ({more})" if more else said


def _document(details: Mapping[str, Any], words: Words, telling: Telling) -> str:
    """Or what else somebody was refused."""
    if thing := _THINGS.get(str(details.get("kind"))):
        return thing
    label = words.types.get(telling.document_type or "")
    return f"un document ({_plain(label)})" if label else "un document"


def _other(details: Mapping[str, Any], telling: Telling) -> str:
    """The professional or facility that something was done about."""
    id_ = details.get("professional") or details.get("grantee") or details.get("facility")
    facility = details.get("is_facility") or id_ == details.get("facility")
    unknown = "un établissement de santé" if facility else "un professionnel de santé"
    return telling.names.get(id_ or "", unknown)


def _plain(label: str) -> str:
    """``CR d'examens`` is for people who file documents; others read *compte rendu*."""
    text = re.sub(r"^CR\b", "compte rendu", label).replace("'", "’")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(text: str | None) -> str:
    """``2027-01-02T23:30:00.000Z`` is the 3rd of January in France."""
    if not text:
        return "à une date à venir"
    return f"le {french_day(datetime.fromisoformat(text))}"
