"""Every way access says no; the codes are those of the contract."""

from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, NotFound


class NotYours(Forbidden):
    """You may not do this, or it does not exist."""


class RecordNotActive(Forbidden):
    """This record is not open."""


class BreakGlassRefused(Forbidden):
    """The glass may not be broken on this record."""


class AlreadyBlocked(Conflict):
    """This professional is already blocked."""


class NotBlocked(Conflict):
    """This professional is not blocked."""


class NoSuchConsent(Conflict):
    """There is no such consent to withdraw."""


class NoSuchCareTeam(NotFound):
    """There is no such care team on this record."""


class CareTeamOpposed(Conflict):
    """The person opposed this care team for this episode."""


class NoSuchRole(Conflict):
    """This professional does not hold that role."""


class NoSuchSession(NotFound):
    """There is no such emergency session, or it has ended."""


class EndsInThePast(InvalidRequest):
    """An end must lie in the future."""


class MatrixAlreadyLoaded(Conflict):
    """A matrix of this version has been loaded with other cells."""


class NotKept(NotFound):
    """What a decision rests on is not in the log."""
