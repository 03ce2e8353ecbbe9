"""Every way identity says no."""

from shared.kernel.errors import Conflict, Forbidden, InvalidRequest


class UnknownRecord(Forbidden):
    """You may not do this, or it does not exist."""


class InsAlreadyHeld(Conflict):
    """Another record that is not erased carries this INS."""


class NotInThatState(Conflict):
    """The record is not in a state that allows this."""


class NotDueYet(Conflict):
    """The delay for opposing has not passed."""


class InvalidTraits(InvalidRequest):
    """The identity traits do not fit the national format."""


class WrongActivationCode(InvalidRequest):
    """The activation code is wrong, used or expired."""

    def __init__(self) -> None:
        super().__init__(
            fields={"activation_code": "wrong, used or expired"},
            message_fr="Ce code d’activation est erroné, déjà utilisé ou expiré.",
        )
