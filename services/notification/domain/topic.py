"""What leaves the record: a topic says that there is something, never what."""

from enum import StrEnum


class Preference(StrEnum):
    """What a person chooses by (facts of the national space's own settings)."""

    NOTIF_MESSAGE = "NOTIF_MESSAGE"
    NOTIF_DOCUMENT = "NOTIF_DOCUMENT"
    NOTIF_APPOINTMENT = "NOTIF_APPOINTMENT"
    NOTIF_SYNCHRONIZED_SERVICE = "NOTIF_SYNCHRONIZED_SERVICE"
    NOTIF_DEPISTAGE = "NOTIF_DEPISTAGE"


class Channel(StrEnum):
    EMAIL = "email"
    TEXT = "text"
    LETTER = "letter"


class Topic(StrEnum):
    """One template in each language. EMERGENCY: CSP R1111-48. INVITATION: to activate, since a
    message waits. ACCOUNT: the record's life. RIGHTS: who may see it."""

    EMERGENCY = "emergency"
    INVITATION = "invitation"
    ACCOUNT = "account"
    RIGHTS = "rights"
    DOCUMENTS = "documents"
    MESSAGES = "messages"
    APPOINTMENTS = "appointments"
    PREVENTION = "prevention"
    SERVICES = "services"

    @property
    def preference(self) -> Preference | None:
        """``None``: not the person's to switch off."""
        return _PREFERENCES.get(self)

    @property
    def is_urgent(self) -> bool:
        """At once: neither grouped nor kept for the morning."""
        return self is Topic.EMERGENCY

    @property
    def must_reach(self) -> bool:
        """By letter where there is no address that works."""
        return self in {Topic.EMERGENCY, Topic.INVITATION}

    @property
    def before_activation(self) -> bool:
        """Also told to who has not activated their record: the others could not be read."""
        return self in {Topic.EMERGENCY, Topic.INVITATION, Topic.ACCOUNT, Topic.RIGHTS}


_PREFERENCES = {
    Topic.DOCUMENTS: Preference.NOTIF_DOCUMENT,
    Topic.MESSAGES: Preference.NOTIF_MESSAGE,
    Topic.APPOINTMENTS: Preference.NOTIF_APPOINTMENT,
    Topic.PREVENTION: Preference.NOTIF_DEPISTAGE,
    Topic.SERVICES: Preference.NOTIF_SYNCHRONIZED_SERVICE,
}
