"""A minor's secret session changes nothing that representatives see (CSP L1111-5, R1111-50)."""

from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict


class SeenByRepresentatives(Conflict):
    """A secret session changes nothing that representatives see."""

    def __init__(self) -> None:
        super().__init__(
            message_fr="Pendant une connexion secrète, vous ne pouvez rien changer à ce que voient "
            "les représentants légaux."
        )


def require_unseen(by: Actor, *open_to_all: object) -> None:
    """Raise :class:`SeenByRepresentatives` if a secret session would change any of these."""
    if by.in_secret and any(open_to_all):
        raise SeenByRepresentatives
