"""Measures come in, each once, and go."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from services.profile.application.log import ProfileLog
from services.profile.contract import measures as m
from services.profile.domain.batch import Batch, MeasureFact
from services.profile.domain.fhir import (
    Read,
    Subject,
    Unreadable,
    observations,
    read_observation,
)
from services.profile.domain.measuring import Said, Taken
from services.profile.domain.origin import source_of
from services.profile.domain.visibility import (
    codes_for,
    is_hidden_from_representatives,
    measure_attributes,
)
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import InvalidRequest, TooMany
from shared.kernel.ids import derived_id
from shared.rpc.contract import Command, Done
from shared.stores.event_log import Outcome, command
from shared.stores.guard import Sql, Step

ACTING = frozenset({ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
ROWS = 500
"""Rows of one statement."""
SUBJECTS = 4
"""Ways that one bundle may name its person."""


class Lot:
    """The measures of one call that are new, and what became of each that was said."""

    def __init__(self) -> None:
        self.facts: dict[str, MeasureFact] = {}

    def take(self, measure_id: UUID, fact: MeasureFact, known: Iterable[str]) -> Taken:
        is_known = str(measure_id) in known or str(measure_id) in self.facts
        if not is_known:
            self.facts[str(measure_id)] = {"id": str(measure_id)} | fact
        warnings = tuple(fact.get("warnings", ()))
        return Taken(measure_id=measure_id, known=is_known, warnings=warnings)


class MeasureTaking(ProfileLog):
    @command
    def record_measures(self, request: m.RecordMeasures, by: Actor) -> Outcome[m.MeasuresRecorded]:
        """All or none of them; one that came before from the same source is passed over."""
        self._require_few(len(request.measures))
        codes = codes_for(request.hidden_from, by)
        now = self.clock.now()
        facts = [
            self.parts.measuring.kept(measure.said(), now, f"measures.{number}.")
            for number, measure in enumerate(request.measures)
        ]
        decisions = self._decisions(request.record_id, facts, codes, by)
        saids = [measure.said() for measure in request.measures]
        lot, taken = self._lot(request.record_id, request, list(zip(saids, facts, strict=True)), by)
        answer = m.MeasuresRecorded(items=[m.TakenView.of(one) for one in taken])
        if not lot.facts:
            return Outcome(answer=answer)
        batch, remember = self._batch(request.record_id, request, lot, codes, decisions, by)
        return Outcome(answer=answer, save=[batch], also=[remember])

    @command
    def import_observations(
        self, request: m.ImportObservations, by: Actor
    ) -> Outcome[m.ObservationsImported]:
        """What can be taken is, and each entry that cannot says why. Nobody is asked about a
        person before ``access`` has let the caller in."""
        record_id = request.record_id
        resources = observations(request.bundle)
        self._require_few(len(resources))
        readable, outcomes = self._read(resources)
        codes = codes_for((), by)
        facts = [fact for _, fact in readable.values()]
        decisions = self._decisions(record_id, facts, codes, by)
        for number in self._about_others(record_id, readable):
            del readable[number]
            outcomes[number] = _refused(Unreadable("subject", "not the person of this record"))
        said = [(read.said, fact) for read, fact in readable.values()]
        lot, taken = self._lot(record_id, request, said, by)
        for number, one in zip(readable, taken, strict=True):
            outcomes[number] = m.Imported(
                outcome="known" if one.known else "taken",
                measure_id=one.measure_id,
                warnings=list(one.warnings),
            )
        answer = m.ObservationsImported(items=[outcomes[n] for n in range(len(resources))])
        if not lot.facts:
            return Outcome(answer=answer)
        batch, remember = self._batch(record_id, request, lot, codes, decisions, by)
        return Outcome(answer=answer, save=[batch], also=[remember])

    @command
    def remove_measure(self, request: m.RemoveMeasure, by: Actor) -> Outcome[Done]:
        batch_id = self._batches([request.measure_id]).get(str(request.measure_id))
        batch = self._existing(UUID(batch_id)) if batch_id else None
        if batch is None:
            raise self.nowhere(request.measure_id, "manage", {"kind": "measure"}, by)
        kind = batch.measures[str(request.measure_id)]["kind"]
        attributes = measure_attributes(kind, batch.confidentiality, batch.entered_by)
        decision = self.gate.require(batch.record_id, "manage", attributes, by)
        batch.remove(request.measure_id, decision.decision_id, by)
        return Outcome(answer=Done(), save=[batch])

    def _read(
        self, resources: Sequence[object]
    ) -> tuple[dict[int, tuple[Read, MeasureFact]], dict[int, m.Imported]]:
        """By number of the entry: those that can be read, and the refusals of the others."""
        readable: dict[int, tuple[Read, MeasureFact]] = {}
        refused: dict[int, m.Imported] = {}
        now = self.clock.now()
        for number, resource in enumerate(resources):
            try:
                read = read_observation(resource, self.parts.measuring.kinds)
                readable[number] = read, self.parts.measuring.kept(read.said, now)
            except Unreadable as fault:
                refused[number] = _refused(fault)
            except InvalidRequest as fault:
                refused[number] = _refused(Unreadable(*next(iter(fault.fields.items()))))
        return readable, refused

    def _about_others(
        self, record_id: UUID, readable: Mapping[int, tuple[Read, MeasureFact]]
    ) -> list[int]:
        """Entries that name somebody else. Raises :class:`InvalidRequest` for a bundle about a
        crowd: it would ask identity for each of them."""
        subjects = {read.subject for read, _ in readable.values() if read.subject}
        if len(subjects) > SUBJECTS:
            raise InvalidRequest(fields={"bundle": "observations of one person"})
        others = {one for one in subjects if not self._is_person_of(record_id, one)}
        return [number for number, (read, _) in readable.items() if read.subject in others]

    def _is_person_of(self, record_id: UUID, subject: Subject) -> bool:
        if subject.record_id is not None:
            return subject.record_id in map(str, self.together(record_id))
        found = self.parts.people.record_of(subject.ins or "", subject.oid or "")
        return found in self.together(record_id)

    def _require_few(self, count: int) -> None:
        if count > self.parts.max_measures:
            raise TooMany(f"one call brings at most {self.parts.max_measures} measures")

    def _decisions(
        self, record_id: UUID, facts: Sequence[MeasureFact], codes: list[str], by: Actor
    ) -> dict[str, str]:
        """One decision per kind. Raises the refusal of the first that is not permitted; a call
        that brings nothing readable is asked about too, so that it learns nothing."""
        kinds = sorted({fact["kind"] for fact in facts}) or [""]
        made = {}
        for kind in kinds:
            attributes = measure_attributes(kind, codes, by.to_event())
            made[kind] = str(self.gate.require(record_id, "feed", attributes, by).decision_id)
        return made

    def _lot(
        self,
        record_id: UUID,
        request: Command,
        said: Sequence[tuple[Said, MeasureFact]],
        by: Actor,
    ) -> tuple[Lot, list[Taken]]:
        """What came in for a record that was merged with this one is known, too."""
        saids = [one for one, _ in said]
        ids = self._ids(record_id, request, saids, by)
        known = self._batches(ids)
        for other in (one for one in self.together(record_id) if one != record_id):
            there = self._ids(other, request, saids, by)
            known_there = self._batches(there)
            ids = [
                its if str(its) in known_there and str(one) not in known else one
                for one, its in zip(ids, there, strict=True)
            ]
            known |= known_there
        if hidden := self._hidden_from(by, known):
            ids = [_beside(self.secret, one) if str(one) in hidden else one for one in ids]
            known = self._batches(ids)
        lot = Lot()
        pairs = zip(ids, said, strict=True)
        return lot, [lot.take(measure_id, fact, known) for measure_id, (_, fact) in pairs]

    def _ids(
        self, record_id: UUID, request: Command, saids: Sequence[Said], by: Actor
    ) -> list[UUID]:
        return [
            derived_id(
                self.secret, "measure", str(record_id), source_of(by), one.kind, one.source_id
            )
            if one.source_id
            else self.new_id(request, by, f"measure.{number}")
            for number, one in enumerate(saids)
        ]

    def _hidden_from(self, by: Actor, known: Mapping[str, str]) -> set[str]:
        """Of measures that came in before, those that a minor put in in secret: they are as good as
        none to who acts for them, who would be told that they are there by naming them again."""
        if by.principal.kind not in ACTING:
            return set()
        batches = {one: self._existing(UUID(one)) for one in set(known.values())}
        secret = {
            one
            for one, batch in batches.items()
            if batch and is_hidden_from_representatives(batch.confidentiality)
        }
        return {measure for measure, batch in known.items() if batch in secret}

    def _batch(
        self,
        record_id: UUID,
        request: Command,
        lot: Lot,
        codes: list[str],
        decisions: dict[str, str],
        by: Actor,
    ) -> tuple[Batch, Step]:
        batch = Batch.record(
            self.new_id(request, by, "batch"),
            by,
            record_id=record_id,
            measures=list(lot.facts.values()),
            confidentiality=codes,
            decisions=decisions,
        )
        return batch, _remember(batch.id, record_id, list(lot.facts))

    def _batches(self, measure_ids: Sequence[UUID]) -> dict[str, str]:
        """Of those that came in before: the batch each is in."""
        found: dict[str, str] = {}
        with self.guarded.reading() as sql:
            for start in range(0, len(measure_ids), ROWS):
                some = [str(one) for one in measure_ids[start : start + ROWS]]
                marks = ", ".join("?" for _ in some)
                rows = sql(
                    f"SELECT id, batch FROM profile_taken WHERE id IN ({marks})",  # noqa: S608 - marks only
                    *some,
                )
                found |= {row[0]: row[1] for row in rows}
        return found

    def _existing(self, batch_id: UUID) -> Batch | None:
        try:
            return self.get(batch_id, Batch)
        except KeyErased:
            return None


def _beside(secret: bytes, measure_id: UUID) -> UUID:
    """Of the same measure, told by who may not know that it was told before."""
    return derived_id(secret, "beside", str(measure_id))


def _refused(fault: Unreadable) -> m.Imported:
    return m.Imported(outcome="refused", field=fault.field, why=fault.why)


def _remember(batch_id: UUID, record_id: UUID, measure_ids: Sequence[str]) -> Step:
    """Written with the event: two calls that race with the same measure cannot both save it."""

    def write(sql: Sql, _position: int) -> None:
        for start in range(0, len(measure_ids), ROWS):
            some = measure_ids[start : start + ROWS]
            marks = ", ".join("(?, ?, ?)" for _ in some)
            values = [v for one in some for v in (one, str(batch_id), str(record_id))]
            inserted = sql(
                f"INSERT INTO profile_taken VALUES {marks} ON CONFLICT (id) DO NOTHING"  # noqa: S608 - marks only
                " RETURNING id",
                *values,
            )
            if len(inserted) != len(some):
                raise IntegrityError("one of these measures came in meanwhile")

    return write
