"""What may go to whom, by how it is hidden (DMP/MSSanté consistency of visibilities).

Source: ANS, "Volet de transmission d'un document CDA-R2 en HL7v2", règles de gestion MSSanté:
three rows are right, "any other combination is an error". Every row is outside of a secret session.
"""

from collections.abc import Collection

from services.messaging.domain.errors import VisibilityRefused

MASKED = "MASQUE_PS"
FROM_PATIENT = "INVISIBLE_PATIENT"
FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"
HIDING = frozenset({MASKED, FROM_PATIENT, FROM_REPRESENTATIVES})
FIELD = "confidentiality"


def require_consistent(
    codes: Collection[str],
    *,
    to_patient: bool,
    to_professionals: bool,
    secret: bool,
    in_dmp: bool,
) -> None:
    """Raise :class:`VisibilityRefused`. ``in_dmp``: the document is also deposited in the DMP."""
    if secret:
        raise _refused("session", "nothing is sent from a secret session")
    hidden = HIDING & set(codes)
    if not hidden:
        return
    if hidden == {FROM_PATIENT}:
        if to_patient:
            raise _refused(FIELD, "what is hidden from the person is not sent to them")
        return
    if FROM_PATIENT in hidden:
        raise _refused(FIELD, "these may not be combined")
    if to_professionals:
        raise _refused(FIELD, "what is masked, or hidden from representatives, is not sent on")
    if in_dmp:
        raise _refused(FIELD, "such a message is not also deposited in the DMP")


def require_hidden_alike(attached: Collection[str], conversation: Collection[str]) -> None:
    """Raise :class:`VisibilityRefused` where who reads the conversation may not read a document."""
    if HIDING & set(attached) - set(conversation):
        raise _refused("attachments", "is hidden from some who read this conversation")


def hidden_together(*codes: Collection[str]) -> list[str]:
    """Of a message and what it answers: who quotes a secret tells it."""
    return sorted({code for some in codes for code in some} - {"N"}) or ["N"]


def _refused(field: str, why: str) -> VisibilityRefused:
    return VisibilityRefused(
        fields={field: why},
        message_fr="Ce message ne peut pas être envoyé ainsi : vérifiez ce qui est masqué, et à "
        "qui.",
    )


def require_kept_from_representatives(codes: Collection[str], *, secret: bool) -> None:
    """What is written in a secret session, no representative may read. Raise
    :class:`VisibilityRefused` in a conversation that they can."""
    if secret and FROM_REPRESENTATIVES not in codes:
        raise VisibilityRefused(
            fields={"session": "representatives can read this conversation"},
            message_fr="Vos représentants peuvent lire cette conversation : quittez la connexion"
            " secrète pour y répondre.",
        )
