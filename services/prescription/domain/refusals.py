"""Every way a prescription says no. Each has a code of its own: software shows what to do next."""

from shared.kernel.errors import Conflict, Refusal


class NumberRefused(Refusal):
    """This number opens nothing."""

    code = "number_refused"


class NumberMistyped(NumberRefused):
    """This is no prescription number: check how it was typed."""

    code = "number_mistyped"


class NumberUnknown(NumberRefused):
    """There is no prescription of that number for you."""

    code = "number_unknown"


class NumberUsed(NumberRefused):
    """Everything on this prescription was dispensed already."""

    code = "number_used"


class NumberCancelled(NumberRefused):
    """This prescription was cancelled."""

    code = "number_cancelled"


class NumberReplaced(NumberRefused):
    """This prescription is being, or was, replaced by another."""

    code = "number_replaced"


class NumberExpired(NumberRefused):
    """This prescription is no longer valid."""

    code = "number_expired"


class NotTaken(Conflict):
    """The vault did not take the document: nothing was issued. Issue anew."""

    code = "not_taken"


class NothingLeft(Conflict):
    """More than what may leave today was asked for."""

    code = "nothing_left"


class TooMuchAtOnce(Conflict):
    """More than what the law lets leave on one day was asked for."""

    code = "too_much_at_once"


class NotYetValid(Conflict):
    """This prescription, or this line, begins on a later day."""

    code = "not_yet_valid"


class AlreadyDispensed(Conflict):
    """Something was dispensed already: it cannot be cancelled or replaced any more."""

    code = "already_dispensed"
