"""What the proof of an opposition says; the very text that is signed."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.identity.domain.record import OppositionChannel, Record

_FRANCE = ZoneInfo("Europe/Paris")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
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
            f"Opposition reçue le : {french_day(opposed_at)} à {french_hour(opposed_at)}",
            f"Reçue : {_CHANNELS[channel]}",
            f"Référence du dossier : {_reference(record.id)}",
        )
    )


def french_day(moment: datetime) -> str:
    """``1er décembre 2026``, in the civil time of France."""
    local = moment.astimezone(_FRANCE)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{day} {_MONTHS[local.month - 1]} {local.year}"


def french_hour(moment: datetime) -> str:
    """``9 h 05``, in the civil time of France."""
    local = moment.astimezone(_FRANCE)
    return f"{local.hour} h {local.minute:02d}"


def _birth(text: str) -> str:
    """As on French papers, and as received: the day may be no day of the calendar."""
    year, month, day = text.split("-")
    return f"{day}/{month}/{year}"


def _reference(record_id: UUID) -> str:
    return str(record_id)
