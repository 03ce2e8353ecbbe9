"""Every way identity says no."""

from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, NotFound


class UnknownRecord(Forbidden):
    """You may not do this, or it does not exist."""


class InsAlreadyHeld(Conflict):
    """Another record that is not erased carries this INS."""


class NotInThatState(Conflict):
    """The record is not in a state that allows this."""


class NotDueYet(Conflict):
    """The delay that the law gives the person has not passed."""


class LegacyDmpOpposed(Conflict):
    """The person objected to their former DMP coming into this record."""


class LegacyDmpAlreadyThere(Conflict):
    """The former DMP has come into this record already."""


class InvalidTraits(InvalidRequest):
    """The identity traits do not fit the national format."""


class WrongActivationCode(InvalidRequest):
    """The activation code is wrong, used or expired."""

    def __init__(self) -> None:
        super().__init__(
            fields={"activation_code": "wrong, used or expired"},
            message_fr="Ce code d’activation est erroné, déjà utilisé ou expiré.",
        )


class TraitsAreOfInsi(Conflict):
    """These traits come from INSi: they are corrected there, and retrieved again."""


class DocumentNeedsNoDoubt(Conflict):
    """The identity is doubtful or fictitious: lift that first."""


class InsiForbidden(Conflict):
    """INSi may not be called for an identity that is doubtful or fictitious."""


class NoInsToVerify(Conflict):
    """The record has no INS."""


class SameIns(Conflict):
    """The record carries this very INS already."""


class InsNotConfirmed(Conflict):
    """INSi does not confirm that this INS and these traits belong together."""


class RecordMoved(Conflict):
    """The record changed while INSi was looking at it."""


class UnknownBatch(NotFound):
    """There is no such batch."""


class NotAMinor(Conflict):
    """The record is not kept for a minor."""


class InvalidDateOfDeath(InvalidRequest):
    """The date of death does not fit this life."""


class CampaignNotOpen(Conflict):
    """No campaign is open in that area: nobody is announced there yet."""


class RecordMerged(Conflict):
    """This record was merged into another: act on that one."""


class CannotMerge(Conflict):
    """These two records are not to be merged."""


class SameStaff(Conflict):
    """Another person than the one who proposed it must confirm a merge."""


class MergeNotInThatState(Conflict):
    """The merge is not in a state that allows this."""


class UnknownMerge(NotFound):
    """There is no such merge."""
