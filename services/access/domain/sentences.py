"""What the person reads about a decision: who, why, and what they can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.access.domain.rules import NO_RULE, Rules, Verdict

GENERIC_EN = "You may not do this, or it does not exist."

LISTING = "listing"
"""By what a list was answered: many rules, one per item."""
_NO_RULE_FR = {
    "read": (
        "{who} n’a rien pu voir : il ne fait pas partie de l’équipe qui vous soigne et vous ne lui "
        "avez pas donné votre accord. Si vous voulez qu’il consulte votre dossier, donnez-lui "
        "votre accord ; sinon vous n’avez rien à faire."
    ),
    "feed": "{who} n’a rien pu ajouter à votre dossier. Vous n’avez rien à faire.",
    "manage": (
        "{who} n’a rien pu modifier : seuls vous et l’auteur d’un document pouvez le gérer. "
        "Vous n’avez rien à faire."
    ),
}
_NO_RULE_OTHERS_FR = (
    "{who} n’a rien pu voir ni modifier : aucune règle ne lui ouvre votre dossier. "
    "Vous n’avez rien à faire."
)
_NO_RULE_EN = "No rule allows this: no rule, no access."
_RULE_ERROR_FR = (
    "{who} n’a rien pu voir : l’accès n’a pas pu être vérifié. Vous n’avez rien à faire."
)
_LISTING_FR = (
    "{who} a demandé la liste de ce que contient votre dossier ; seul ce que la loi et vos "
    "réglages lui ouvrent lui a été montré. Vous pouvez retirer votre accord ou le bloquer."
)
_LISTING_EN = "A list was asked for; each item was judged by itself."
_NOT_AHEAD_FR = "Ne peut pas ouvrir votre dossier : il faudrait votre accord."
_AHEAD_FR = {
    "treating_doctor": "C’est votre médecin traitant.",
    "administrator": "Administre votre dossier, car vous l’avez choisi.",
    "explicit_consent": "Vous lui avez donné votre accord.",
    "care_team": "Fait partie de l’équipe qui vous soigne.",
    "break_glass": "A déclaré une urgence qui est en cours.",
    "blocked": "Est bloqué sur votre dossier.",
    "matrix_read": "La réglementation n’ouvre pas ce type de document à sa profession.",
    "masked_document": "Ne peut pas le voir : ce document est masqué aux professionnels.",
    "record_not_active": "Personne ne peut ouvrir votre dossier : il n’est pas actif.",
}
_WHO = {
    "patient": "La personne titulaire du dossier",
    "representative": "Un représentant légal",
    "caregiver": "Un aidant",
    "facility": "Le logiciel d’un établissement",
    "secretary": "Un secrétariat médical",
    "application": "Un service numérique",
    "auditor": "Un auditeur",
}


def who(principal: Mapping[str, Any], professions: Mapping[str, str]) -> str:
    """Never a name: the profession is what rules look at, and what the person is told."""
    if principal["kind"] != "professional":
        return _WHO.get(principal["kind"], "Un service de la plateforme")
    label = professions.get(principal["profession"])
    named = label and label[:1].lower() + label[1:]  # an acronym in it stays one
    return f"Un professionnel de santé ({named})" if named else "Un professionnel"


@dataclass(frozen=True)
class Reason:
    """Why one thing, or a whole list, was shown or not."""

    principal: Mapping[str, Any]
    action: str
    listing: bool
    verdicts: Sequence[Verdict]
    rules: Rules

    def fr(self, professions: Mapping[str, str]) -> str:
        """For the person of the record: who, why, and what they can do."""
        sentences = [_LISTING_FR] if self.listing else [self._fr(rule) for rule in self._named()]
        return " ".join(sentences).replace("{who}", who(self.principal, professions))

    def ahead(self, professions: Mapping[str, str]) -> str:
        """Why one thing could, or could not, be opened: nothing has happened yet."""
        named = self._named()[0]
        if named == NO_RULE:
            return _NOT_AHEAD_FR
        return _AHEAD_FR.get(named) or self.fr(professions)

    def en(self) -> str:
        if self.listing:
            return _LISTING_EN
        by_id = self.rules.by_id
        return " ".join(by_id[r].en for r in self._named() if r in by_id) or _NO_RULE_EN

    def right(self) -> str:
        """The rule by which, in one word."""
        return LISTING if self.listing else self._named()[0]

    def _named(self) -> Sequence[str]:
        """What keeps out of the whole record is told alone; then that nothing lets in; and what
        is about one thing only to those who may enter."""
        named = self.verdicts[0]["rules"]
        about_item = [r for r in named if r in self.rules.by_id and self.rules.by_id[r].about_item]
        whole = [r for r in named if r not in about_item and r != NO_RULE]
        return whole or [r for r in named if r == NO_RULE] or about_item

    def _fr(self, rule: str) -> str:
        if rule == NO_RULE:
            professional = self.principal["kind"] == "professional"
            return _NO_RULE_FR[self.action] if professional else _NO_RULE_OTHERS_FR
        return self.rules.by_id[rule].fr if rule in self.rules.by_id else _RULE_ERROR_FR


def conceals(verdict: Verdict, rules: Rules) -> bool:
    """Whether this refusal, told as it is, would show that something hidden is there."""
    return not verdict["permit"] and any(
        rules.by_id[r].conceals for r in verdict["rules"] if r in rules.by_id
    )
