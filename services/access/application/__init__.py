"""Use cases of access: one public method each, named like its RPC."""

from collections.abc import Iterator

from services.access import contract as c
from services.access.application.consents import Consents
from services.access.application.decisions import Decisions
from services.access.application.protections import Protections
from services.access.application.questions import Questions
from services.access.application.redecisions import Redecisions
from services.access.domain.matrix import Cell, MatrixRegister
from services.access.domain.redecision import Heard, Redecision
from shared.kernel.actor import Actor
from shared.stores.event_log import Outcome, command


class Access(Consents, Protections, Decisions, Redecisions, Questions):
    name = "access"

    @command
    def load_matrix(self, request: c.LoadMatrix, by: Actor) -> Outcome[c.MatrixLoaded]:
        self.prepare()
        register = self.register() or MatrixRegister.open(self.secret, by=by)
        cells = [_cell(cell) for cell in request.cells]
        digest = register.load(request.version, cells, at=self.clock.now(), by=by)
        return Outcome(answer=c.MatrixLoaded(digest=digest), save=[register])


def redecide_all(log: Redecisions, heard: Heard | None = None) -> Iterator[Redecision]:
    """Of the log of access, or of a copy of it opened read-only; for the auditor's tools.

    ``heard``: how to read the logs of others, to check what access says it heard from them.
    """
    return log.redecide_all(heard)


def _cell(given: c.MatrixCell) -> Cell:
    return Cell(
        profession=given.profession,
        qualifier=given.qualifier,
        document_class=given.document_class,
        document_type=given.document_type,
        read=given.read,
        write=given.write,
        sourced=given.sourced,
        source=given.source,
    )
