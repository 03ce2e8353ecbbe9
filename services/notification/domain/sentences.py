"""What a notice says, in the person's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notification.domain.notice import NoticeKind
from shared.kernel.french import french_day, french_time

_OTHERS = {"facility": "un établissement de santé", "secretary": "un secrétariat médical"}
_UNKNOWN = "un professionnel de santé"


@dataclass(frozen=True)
class Sentences:
    """``professions``: code -> with its article, as ``un médecin``."""

    professions: Mapping[str, str]

    def title(self, kind: NoticeKind) -> str:
        return {
            NoticeKind.GLASS_BROKEN: "Accès en urgence à votre dossier",
            NoticeKind.DOCUMENT_DEPOSITED: "Nouveau document dans votre dossier",
            NoticeKind.DOCUMENT_OPENED: "Consultation de votre dossier",
        }[kind]

    def text(self, kind: NoticeKind, who: Mapping[str, str], happened_at: datetime) -> str:
        when, someone = _when(happened_at), self._someone(who)
        if kind is NoticeKind.GLASS_BROKEN:
            # CSP L1111-17 I: a person who cannot express their will, at immediate risk.
            return (
                f"{when}, {someone} a ouvert votre dossier en urgence, sans votre accord préalable,"
                " en déclarant que vous n’étiez pas en état d’exprimer votre volonté et que votre"
                " santé était exposée à un risque immédiat (article L. 1111-17 du code de la santé"
                " publique). Le motif indiqué et tout ce qui a été consulté figurent dans"
                " l’historique des accès de votre dossier. Si cet accès vous paraît injustifié,"
                " vous pouvez le signaler, et vous opposer aux accès en urgence à venir."
            )
        if kind is NoticeKind.DOCUMENT_DEPOSITED:
            return f"{when}, {someone} a ajouté un document à votre dossier."
        return (
            f"{when}, {someone} a consulté un document de votre dossier. Si vous ne souhaitez plus"
            " que ce professionnel y accède, vous pouvez le bloquer."
        )

    def _someone(self, who: Mapping[str, str]) -> str:
        named = self.professions.get(who.get("profession", ""))
        return named or _OTHERS.get(who.get("kind", ""), _UNKNOWN)


def _when(moment: datetime) -> str:
    return f"Le {french_day(moment)} à {french_time(moment)}"
