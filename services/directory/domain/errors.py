"""Every way the directory says no."""

from shared.kernel.errors import Conflict, InvalidRequest, NotFound


class UnknownProfessional(NotFound):
    """No professional is registered under this national id."""


class UnknownFacility(NotFound):
    """No facility is registered under this FINESS."""


class UnknownImport(NotFound):
    """No import of this kind and file has been begun."""


class AlreadyDeactivated(Conflict):
    """This professional is deactivated already."""


class AlreadyEnrolled(Conflict):
    """This facility is enrolled already."""


class FacilityClosed(Conflict):
    """This facility is closed."""


class OvertakenImport(Conflict):
    """A later import of this kind has begun: this one may only begin again from the start."""


class OlderExtract(Conflict):
    """A file published later was taken: this one would bring back what that one changed."""


class TooManyAbsent(Conflict):
    """More professionals are absent from this file than a whole extract would lose."""


class InvalidNationalId(InvalidRequest):
    """The national id does not have the form of its kind."""
