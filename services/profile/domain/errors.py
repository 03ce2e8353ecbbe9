"""Every way profile says no, besides what access refuses and what does not fit."""

from shared.kernel.errors import Conflict, Forbidden


class UnknownItem(Forbidden):
    """You may not do this, or it does not exist."""


class WrittenByAnother(Conflict):
    """What a professional or a service wrote is changed by them alone; it can be hidden."""


class AlreadyThere(Conflict):
    """A profile has one of these: change it."""


class AlreadyRemoved(Conflict):
    """This was removed."""


class NotConsented(Conflict):
    """The person has not agreed to measures being extracted from their documents."""

    code = "not_consented"


class NotSecret(Conflict):
    """A secret session changes only what is hidden from representatives."""
