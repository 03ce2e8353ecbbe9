"""Every way notification says no."""

from shared.kernel.errors import Forbidden


class UnknownNotice(Forbidden):
    """You may not do this, or it does not exist."""
