"""Every way the directory says no."""

from shared.kernel.errors import Conflict, InvalidRequest, NotFound


class UnknownProfessional(NotFound):
    """No professional is registered under this national id."""


class AlreadyDeactivated(Conflict):
    """This professional is deactivated already."""


class FacilityAlreadyRegistered(Conflict):
    """A facility is registered under this FINESS already."""


class InvalidNationalId(InvalidRequest):
    """The national id does not have the form of its kind."""
