"""Every way the catalogue says no."""

from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, NotFound


class UnknownService(NotFound):
    """There is no such service in the catalogue."""


class OidTaken(Conflict):
    """Another service of the catalogue has this OID."""


class NotInThatState(Conflict):
    """The service is not in a state that allows this."""


class ServiceNotOpen(Conflict):
    """The service takes no authorisation: it is not in the catalogue any more, or not yet."""

    def __init__(self) -> None:
        super().__init__(
            message_fr="Ce service ne peut pas être connecté à votre espace pour le moment."
        )


class UnknownAuthorisation(Forbidden):
    """You may not do this, or it does not exist."""


class Over(Conflict):
    """The date for approving again has passed: the service must be connected anew."""

    def __init__(self) -> None:
        super().__init__(
            message_fr="La date limite est passée : vous pouvez connecter ce service à nouveau."
        )


class NotDueYet(Conflict):
    """The date for this has not come."""


class Incomplete(InvalidRequest):
    """Evidence is missing for a criterion of the referencing."""


class NeverReads(InvalidRequest):
    """Insurers, banks, employers and the State may be listed, and read nothing."""


class UnknownFinality(InvalidRequest):
    """The service has no such finality."""
