"""Every way access says no; the codes are those of the contract."""

from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, NotFound


class NotYours(Forbidden):
    """You may not do this, or it does not exist."""


class RecordNotActive(Forbidden):
    """This record is not open."""


class BreakGlassRefused(Forbidden):
    """The glass may not be broken on this record."""


class RecordMerged(Conflict):
    """This record was merged into another: act on that one."""


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


class NotDueYet(Conflict):
    """Its time has not come, or it was done."""


class NothingToJudge(Conflict):
    """There is no opposition of that kind waiting to be judged."""


class ReviewedByBreaker(Forbidden):
    """Who broke the glass does not review it."""


class AlreadyReviewed(Conflict):
    """This breaking of the glass has been reviewed."""


class NotADoctor(Forbidden):
    """Only a doctor is a treating doctor."""


class CaregiversNotOpen(Forbidden):
    """Caregivers are not open on this platform."""


class NotAMinor(Conflict):
    """Only a minor has legal representatives to invite."""


class StillAMinor(Conflict):
    """A minor has representatives, not caregivers."""


class ActsAlready(Conflict):
    """This person acts for that record already."""


class InvitedAlready(Conflict):
    """This person is invited already."""


class TooManyRepresentatives(Conflict):
    """A minor has two legal representatives at most."""


class TooManyCaregivers(Conflict):
    """A person has three caregivers at most."""


class HelpsTooMany(Conflict):
    """A caregiver helps five people at most."""


class NoSuchPerson(NotFound):
    """Nobody with an active record has this INS and these traits."""


class NoSuchInvitation(NotFound):
    """There is no such invitation."""


class InvitationOver(Conflict):
    """This invitation was answered, or has expired."""


class NoSuchDelegation(NotFound):
    """There is no such delegation."""


class MatrixMoved(Conflict):
    """Another matrix came into force since the difference was shown."""
