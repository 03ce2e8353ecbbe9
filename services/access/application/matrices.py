"""The statutory matrix: compared, then loaded."""

from collections.abc import Sequence

from services.access import contract as c
from services.access.application.log import AccessLog
from services.access.domain import errors
from services.access.domain.matrix import Cell, Matrix, MatrixRegister
from services.access.domain.matrix_change import changes
from shared.kernel.actor import Actor
from shared.stores.event_log import Outcome, command


class Matrices(AccessLog):
    @command
    def load_matrix(self, request: c.LoadMatrix, by: Actor) -> Outcome[c.MatrixLoaded]:
        """In force from its answer on, for every decision on every replica."""
        self.prepare()
        register = self.register() or MatrixRegister.open(self.secret, by=by)
        if request.replaces not in (None, register.current):
            raise errors.MatrixMoved
        cells = [_cell(cell) for cell in request.cells]
        digest = register.load(request.version, cells, at=self.clock.now(), by=by)
        return Outcome(answer=c.MatrixLoaded(digest=digest), save=[register])

    def compare_matrix(self, request: c.CompareMatrix, by: Actor) -> c.MatrixCompared:
        self.prepare()
        matrix = self.current_matrix()
        former, cells = self._cells(matrix.digest), [_cell(cell) for cell in request.cells]
        new = Matrix(cells)
        then, now = _told(former), _told(cells)
        return c.MatrixCompared(
            replaces=matrix.digest,
            digest=new.digest,
            cells_added=len(now - then),
            cells_removed=len(then - now),
            changes=[
                c.RightChange.model_validate(vars(change))
                for change in changes(matrix, new, [*former, *cells])
            ],
        )

    def _cells(self, digest: str) -> Sequence[Cell]:
        register = self.register()
        return register.cells[digest] if register else []


def _told(cells: Sequence[Cell]) -> set[frozenset[tuple[str, object]]]:
    return {frozenset(cell.items()) for cell in cells}


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
