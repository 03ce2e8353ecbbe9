"""Every way a message is refused. Each has a code of its own: software shows what to do next."""

from shared.kernel.errors import Conflict, InvalidRequest, Refusal


class RecipientRefused(Refusal):
    """This mailbox takes no message."""

    code = "recipient_refused"


class RecipientUnknown(RecipientRefused):
    """No patient mailbox of that address is open."""

    code = "recipient_unknown"


class RecipientClosed(RecipientRefused):
    """The record behind this mailbox is closed."""

    code = "recipient_closed"


class ExchangeEnded(Conflict):
    """The correspondent ended this exchange: it can be read, not answered."""

    code = "exchange_ended"


class NoReply(Conflict):
    """This mailbox takes no answers."""

    code = "no_reply"


class NothingToEnd(Conflict):
    """This conversation was deleted or is unknown to its writer."""

    code = "not_yours"


class VisibilityRefused(InvalidRequest):
    """What is hidden like this may not be sent there."""

    code = "visibility_refused"


class NotWrittenFirst(Conflict):
    """A person answers who wrote to them; they write first to nobody."""

    code = "not_written_first"


class NotSaveable(Conflict):
    """This attachment cannot be kept in the record."""

    code = "not_saveable"
