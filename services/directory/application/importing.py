"""Taking in an extract of the national directory, some groups of lines at a time.

Each call is one transaction: events, where the import stands, which lines were refused. What
broke off goes on where it stood; what is said again and does not differ makes no event.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.directory.application.extract_rows import read_rows, refusals
from services.directory.application.imports import ImportState
from services.directory.application.log import DirectoryLog
from services.directory.application.row_values import Saying, only
from services.directory.contract.importing import (
    ExtractGroup,
    ExtractKind,
    Imported,
    ImportExtract,
    ImportReport,
    RefusedLine,
    Report,
)
from services.directory.domain.errors import (
    OlderExtract,
    OvertakenImport,
    TooManyAbsent,
    UnknownImport,
)
from services.directory.domain.facility import Facility
from services.directory.domain.national_ids import finess_of, structure_of
from services.directory.domain.professional import Professional
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest, NotFound
from shared.stores.event_log import Outcome, command
from shared.stores.guard import Step

REGISTERING = {ExtractKind.STRUCTURES, ExtractKind.SITES, ExtractKind.PRACTICES}
OF_FINESS = {
    ExtractKind.ESTABLISHMENTS,
    ExtractKind.LEGAL_ENTITIES,
    ExtractKind.ESTABLISHMENTS_CSV,
    ExtractKind.LEGAL_ENTITIES_CSV,
}
OF_FACILITIES = REGISTERING | OF_FINESS | {ExtractKind.FACILITY_MAILBOXES}
ABSENT_AT_ONCE = 500
"""Professionals deactivated by one call."""


@dataclass
class Taken:
    """What one call does: ``save`` has pending events, ``seen`` was spoken of at all."""

    save: list[Aggregate] = field(default_factory=list)
    seen: list[UUID] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Importing(DirectoryLog):
    @command
    def import_extract(self, request: ImportExtract, by: Actor) -> Outcome[Imported]:
        before = self.imports.find(request.kind, request.file)
        state = self._state(request, before)
        if request.after != state.next or not (request.groups or request.refused or request.end):
            moves = self._moves(request, before, state) if before != state else []
            return Outcome(answer=_answer(state), also=moves)
        taken = self._take(request, state, by)
        leave = self._leave(request, state, by)
        finished = request.end and len(leave) < ABSENT_AT_ONCE
        taken.counts["deactivated"] = sum(1 for one in leave if one.pending_events)
        now = _moved(state, request, taken, finished=finished)
        return Outcome(
            answer=_answer(now),
            save=[*taken.save, *leave],
            also=[
                *self._moves(request, before, now),
                *self._notes(request, state.run, taken),
                self.imports.forget(request.kind, [professional.id for professional in leave]),
            ],
        )

    def import_report(self, request: ImportReport, by: Actor) -> Report:
        state = self.imports.find(request.kind, request.file)
        if state is None:
            raise UnknownImport
        after = _place(request.cursor)
        found = self.imports.refused(request.kind, request.file, after, request.limit + 1)
        page = found[: request.limit]
        more = len(found) > request.limit
        return Report(
            items=page,
            next_cursor=f"{page[-1].line} {page[-1].field}" if more else None,
            total=state.refused,
            progress=_answer(state),
        )

    def _state(self, request: ImportExtract, before: ImportState | None) -> ImportState:
        """Where this import stands; a new run for one that begins, or begins again."""
        latest = self.imports.latest_run(request.kind)
        overtaken = before is not None and not before.finished and before.run < latest
        if before and not before.finished and not overtaken:
            return before
        if overtaken and request.after:
            raise OvertakenImport
        if before and request.after:
            return before
        self._refuse_older(request)
        return ImportState(kind=request.kind, file=request.file, run=latest + 1)

    def _refuse_older(self, request: ImportExtract) -> None:
        last = self.imports.published(request.kind)
        if request.older == "refuse" and last and request.published and request.published < last:
            raise OlderExtract

    def _moves(
        self, request: ImportExtract, before: ImportState | None, to: ImportState
    ) -> list[Step]:
        """A file's day counts from its beginning: one that breaks off has changed something."""
        moves = [self.imports.move(before, to)]
        if request.published and (before is None or before.run != to.run):
            moves.append(self.imports.publish(request.kind, request.published))
        return moves

    def _take(self, request: ImportExtract, state: ImportState, by: Actor) -> Taken:
        taken = Taken(refused=list(request.refused))
        streams = [self._stream(request.kind, group) for group in request.groups]
        twice = self.imports.seen(request.kind, state.run, streams) if streams else set()
        for group, stream in zip(request.groups, streams, strict=True):
            taken.counts["lines"] += sum(1 + row.alike for row in group.rows)
            try:
                _refuse_if(stream in twice)
                twice.add(stream)
                self._take_group(request.kind, group, by, taken)
                taken.seen.append(stream)
            except (InvalidRequest, NotFound) as wrong:
                taken.refused += refusals(group.rows, wrong)
        return taken

    def _take_group(self, kind: ExtractKind, group: ExtractGroup, by: Actor, taken: Taken) -> None:
        key = _key(kind, group)
        if kind in OF_FINESS:
            self.id_rules.check_facility(finess_of(key) or key)
        elif kind in OF_FACILITIES:
            self.id_rules.check_structure(key)
        else:
            self.id_rules.check_professional(key)
        said, refused = read_rows(self, kind, group.rows)
        taken.refused += refused
        if said is None:
            return
        told = self._tell(kind)(key, said, by)
        pending = told.pending_events
        taken.counts[
            "same" if not pending else "changed" if told.version > 1 else "registered"
        ] += 1
        if pending:
            taken.save.append(told)

    def _tell(self, kind: ExtractKind) -> Callable[[str, Saying, Actor], Aggregate]:
        """What to do with what was said: only those who practise, and sites, begin to exist."""
        match kind:
            case ExtractKind.ACTIVITIES:
                return self.described
            case _ if kind in OF_FINESS:
                return self.described_facility
            case _ if kind in REGISTERING:
                return self._described_where_people_work
            case ExtractKind.FACILITY_MAILBOXES:
                return self._amended_facility
            case _:
                return self._amended_professional

    def _amended_professional(self, key: str, said: Saying, by: Actor) -> Aggregate:
        professional = self.known_professional(key)
        professional.amend(said, by)
        return professional

    def _described_where_people_work(self, key: str, said: Saying, by: Actor) -> Aggregate:
        """Of a facility that FINESS describes the directory of professionals adds the sector,
        which FINESS has not: else each file would undo the names of the other's, every day.
        """
        known = self.get(self.facility_id(key), Facility)
        if known and known.description["described_by"]:
            said = only(said, "sector")
        return self.described_facility(key, said, by)

    def _amended_facility(self, key: str, said: Saying, by: Actor) -> Aggregate:
        facility = self.known_facility(key)
        facility.amend(said, by)
        return facility

    def _leave(self, request: ImportExtract, state: ImportState, by: Actor) -> list[Professional]:
        """The next professionals whom a whole extract no longer names, deactivated.

        Asked for with the last groups still to be saved it would take these for absent: then
        nobody leaves yet.
        """
        if not request.end or request.absent == "keep":
            return []
        if request.kind is not ExtractKind.ACTIVITIES or request.groups:
            raise InvalidRequest(
                fields={"absent": "only activities, in a last call of its own, without groups"}
            )
        if self.imports.absent_share(request.kind, state.run) > self.absent_share_max:
            raise TooManyAbsent
        streams = self.imports.absent(request.kind, state.run, ABSENT_AT_ONCE)
        found = [self.get(stream, Professional) for stream in streams]
        leaving = [professional for professional in found if professional]
        for professional in leaving:
            if professional.active:
                professional.deactivate(by)
        return leaving

    def _notes(self, request: ImportExtract, run: int, taken: Taken) -> list[Step]:
        return [
            self.imports.see(request.kind, run, taken.seen),
            self.imports.refuse(request.kind, request.file, taken.refused),
        ]

    def _stream(self, kind: ExtractKind, group: ExtractGroup) -> UUID:
        key = _key(kind, group)
        return self.facility_id(key) if kind in OF_FACILITIES else self.professional_id(key)


def _key(kind: ExtractKind, group: ExtractGroup) -> str:
    """A FINESS or a SIRET may come as it is, or as a Struct_IdNat."""
    if kind not in OF_FACILITIES:
        return group.key
    return structure_of(group.key, group.rows[0].fields.get("register"))


def _refuse_if(came_before: bool) -> None:
    if came_before:
        raise InvalidRequest(fields={"key": "came before in this import"})


def _moved(
    state: ImportState, request: ImportExtract, taken: Taken, *, finished: bool
) -> ImportState:
    counts = taken.counts
    return replace(
        state,
        next=state.next + len(request.groups),
        lines=state.lines + counts["lines"] + len(request.refused),
        registered=state.registered + counts["registered"],
        changed=state.changed + counts["changed"],
        same=state.same + counts["same"],
        deactivated=state.deactivated + counts["deactivated"],
        refused=state.refused + len({line.line for line in taken.refused}),
        finished=finished,
    )


def _answer(state: ImportState) -> Imported:
    names = set(Imported.model_fields) - {"position"}
    return Imported(**{name: getattr(state, name) for name in names})


def _place(cursor: str | None) -> tuple[int, str]:
    """The last line of the page before, and its field."""
    line, _, name = (cursor or "0").partition(" ")
    if not line.isdecimal() or len(line) > 10:
        raise InvalidRequest("this cursor is not of this list", fields={"cursor": "unknown"})
    return int(line), name
