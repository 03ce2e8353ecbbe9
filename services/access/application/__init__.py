"""Use cases of access: one public method each, named like its RPC."""

from collections.abc import Iterator

from services.access.application.connections import Connections
from services.access.application.consents import Consents
from services.access.application.decisions import Decisions
from services.access.application.due import Due
from services.access.application.emergencies import Emergencies
from services.access.application.matrices import Matrices
from services.access.application.openers import Openers
from services.access.application.protections import Protections
from services.access.application.questions import Questions
from services.access.application.redecisions import Redecisions
from services.access.domain.redecision import Heard, Redecision


class Access(
    Consents,
    Protections,
    Emergencies,
    Due,
    Connections,
    Matrices,
    Decisions,
    Redecisions,
    Questions,
    Openers,
):
    name = "access"


def redecide_all(log: Redecisions, heard: Heard | None = None) -> Iterator[Redecision]:
    """Of the log of access, or of a copy of it opened read-only; for the auditor's tools.

    ``heard``: how to read the logs of others, to check what access says it heard from them.
    """
    return log.redecide_all(heard)
