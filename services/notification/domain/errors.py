"""Every way notification says no."""

from shared.kernel.errors import Forbidden, NotFound


class UnknownNotice(Forbidden):
    """You may not do this, or it does not exist."""


class UnknownDispatch(NotFound):
    """Nothing was sent under this reference."""
