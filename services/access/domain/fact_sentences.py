"""The facts behind a decision, in words: English for software, French for the person."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.kernel.french import french_day, french_time

_STATUS_FR = {
    "unknown": "inconnu",
    "announced": "annoncé",
    "opposed": "resté fermé, car vous vous êtes opposé(e) à son ouverture",
    "open": "ouvert",
    "activated": "activé",
    "suspended": "suspendu",
    "closed": "fermé",
}
_ROLE_FR = {"treating_doctor": "médecin traitant", "administrator": "administrateur du dossier"}
_MODE_FR = {
    "normal": "consultation habituelle",
    "break_glass": "urgence déclarée (bris de glace)",
    "regulation": "appel au Samu-Centre 15",
}
_TRUE = {
    "blocked": (
        "Ce professionnel est bloqué sur votre dossier.",
        "The professional is blocked on this record.",
    ),
    "represents": (
        "Cette personne est un représentant légal.",
        "The actor is a legal representative.",
    ),
    "representation_suspended": (
        "Un juge a suspendu son droit de représentation.",
        "A court order suspends this representative.",
    ),
    "feeding_opposed": (
        "Une opposition à l’ajout de documents a été acceptée.",
        "An opposition to feeding was accepted.",
    ),
    "through_software": (
        "Le logiciel d’un établissement a posé la question pour ce professionnel.",
        "A facility's software asked, naming the professional.",
    ),
    "service_stopped": (
        "Ce service est suspendu ou a quitté le catalogue.",
        "The service is suspended or withdrawn.",
    ),
}
"""Facts told only where they are true."""
_ENDING = {
    "consent": ("valid_until", "Votre accord vaut jusqu’au {at}.", "The consent ends at {iso}."),
    "care_team": (
        "expected_end",
        "Son équipe de soins vous suit jusqu’au {at}.",
        "The care team's episode ends at {iso}.",
    ),
    "session": (
        "ends_at",
        "L’urgence a été déclarée jusqu’au {at}.",
        "The emergency session ends at {iso}.",
    ),
    "caregiving": (
        "ends_at",
        "Son aide est prévue jusqu’au {at}.",
        "The delegation ends at {iso}.",
    ),
}


def told(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Name, value and both sentences of each fact that says something."""
    lines = [
        _line(
            "record_status",
            facts,
            f"Votre dossier est {_STATUS_FR.get(facts['record_status'], facts['record_status'])}.",
            f"The record is {facts['record_status']}.",
        ),
        _line("mode", facts, f"Mode : {_MODE_FR[facts['mode']]}.", f"Mode: {facts['mode']}."),
    ]
    lines += [_line(name, facts, *_TRUE[name]) for name in _TRUE if facts.get(name)]
    if facts["roles"]:
        roles_fr = ", ".join(_ROLE_FR.get(role, role) for role in facts["roles"])
        lines.append(
            _line("roles", facts, f"Rôle : {roles_fr}.", f"Roles: {', '.join(facts['roles'])}.")
        )
    for name, (end, fr, en) in _ENDING.items():
        if name in facts and end in facts[name]:
            lines.append(_ends(name, facts, fr, en, facts[name][end]))
    if "majority_at" in facts:
        fr, en = "La majorité est atteinte le {at}.", "Majority at {iso}."
        lines.append(_ends("majority_at", facts, fr, en, facts["majority_at"]))
    return lines


def _line(name: str, facts: Mapping[str, Any], fr: str, en: str) -> dict[str, Any]:
    return {"name": name, "value": facts[name], "fr": fr, "en": en}


def _ends(name: str, facts: Mapping[str, Any], fr: str, en: str, at: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    at_fr = f"{french_day(moment)} à {french_time(moment)}"
    iso = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    return _line(name, facts, fr.format(at=at_fr), en.format(iso=iso))
