"""What others remember of the log: checkpoints they kept, that the published one must continue."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.audit.domain.log_walk import Leaf, LogWalk
from services.audit.domain.report import Finding, FindingKind, VerificationReport
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.note import CheckSignature, InvalidNote, VerifierKey, open_note


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A checkpoint that someone kept: a service, audit itself, a witness."""

    by: str
    note: str
    vkey: str


class Memory:
    """Roots that were signed before, by size of their tree."""

    def __init__(
        self, verifier: VerifierKey, check: CheckSignature, report: VerificationReport
    ) -> None:
        self._verifier = verifier
        self._check = check
        self._report = report
        self._roots: dict[int, list[tuple[str, bytes]]] = {}
        self._others: list[tuple[str, str]] = []

    def recall(self, seen: Iterable[Seen], size: int) -> None:
        """``size``: of the published tree; one that was larger was rolled back."""
        for one in seen:
            checkpoint = self._opened(one)
            if checkpoint is None:
                continue
            if checkpoint.size > size:
                said = f"{checkpoint.size} entries were signed, {size} are published"
                self._tell(FindingKind.CHECKPOINT_ROLLED_BACK, one.by, said)
            else:
                self._roots.setdefault(checkpoint.size, []).append((one.by, checkpoint.root))

    def watching(self, walk: LogWalk) -> Iterator[Leaf]:
        """The leaves, each root compared on the way."""
        for leaf in walk.leaves():
            for by, root in self._roots.get(leaf.index + 1, ()):
                if root != walk.root():
                    said = f"its tree of {leaf.index + 1} entries was another one"
                    self._others.append((by, said))
            yield leaf

    def tell_forks(self) -> None:
        """Once the tree is known to be the published one: else its files were changed."""
        for by, said in self._others:
            self._tell(FindingKind.LOG_FORKED, by, said)

    def _opened(self, one: Seen) -> Checkpoint | None:
        if one.vkey and one.vkey not in self._verifier.text.split():
            self._tell(FindingKind.KEY_SWAPPED, one.by, one.vkey)
            return None
        try:
            return Checkpoint.parse(open_note(one.note, self._verifier, self._check))
        except InvalidNote as error:
            self._tell(FindingKind.CHECKPOINT_INVALID, one.by, str(error))
            return None

    def _tell(self, kind: FindingKind, by: str, detail: str) -> None:
        self._report.add([Finding(kind=kind, service=by, detail=detail)])
