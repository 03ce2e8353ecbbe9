"""What the proof of an opposition says; the very text that is signed."""

from services.identity.domain.record import Record
from services.identity.domain.states import OppositionChannel
from shared.kernel.french import french_day, french_time

_CHANNELS = {
    OppositionChannel.ONLINE: "en ligne",
    OppositionChannel.PHONE: "par téléphone",
    OppositionChannel.POST: "par courrier",
}
_BORN = {"M": "né", "F": "née", "I": "né(e)"}


def opposition_statement(record: Record) -> str:
    """Lines of the proof. No INS: the identity may not be qualified."""
    traits, opposed_at, channel = record.traits, record.opposed_at, record.opposition_channel
    if opposed_at is None or channel is None:
        raise ValueError("this record was never opposed")
    return "\n".join(
        (
            f"Bénéficiaire : {traits.first_given_name} {traits.birth_name}",
            f"{_BORN[traits.sex].capitalize()} le : {_birth(traits.birth_date)}",
            f"Opposition reçue le : {french_day(opposed_at)} à {french_time(opposed_at)}",
            f"Reçue : {_CHANNELS[channel]}",
            f"Référence du dossier : {record.id}",
        )
    )


def _birth(text: str) -> str:
    """As on French papers, and as received: the day may be no day of the calendar."""
    year, month, day = text.split("-")
    return f"{day}/{month}/{year}"
