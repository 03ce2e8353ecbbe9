"""Every access decision: saved before it is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.access import contract as c
from services.access.application.log import AccessLog
from services.access.application.past import Past
from services.access.domain.connection import Client
from services.access.domain.decision import (
    Decision,
    Grounds,
    Item,
    Place,
    Question,
    take_decision,
)
from services.access.domain.explanation import explanation
from services.access.domain.rights import Rights
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor, ActorKind, in_secret
from shared.kernel.errors import Unavailable
from shared.kernel.gate import GENERIC_FR
from shared.stores.event_log import Outcome, unreplayed

APPLICATION = ActorKind.APPLICATION
A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a decision rests on, and where it stood. ``versions``: of all of it, by stream.
    ``moved``: rights that have learnt by which records those who act there are known now."""

    grounds: Grounds
    rights: Place
    client: Place | None
    versions: Mapping[UUID, int]
    moved: Sequence[Rights]


class Decisions(AccessLog):
    @unreplayed
    def decide(self, request: c.Decide, by: Actor) -> Outcome[c.Decided]:
        """Saved before it is answered; guarded by the rights it was taken on."""
        decision, standing = self._decision(request, [request.resource], by, listing=False)
        verdict = decision.made["verdicts"][0]
        told = decision.made["reason_fr"] if by.principal.acts_for_person else None
        answer = c.Decided(
            permit=verdict["permit"],
            decision_id=decision.id,
            reasons=verdict["rules"],
            reason_fr=decision.made["reason_fr"],
            refusal_fr=None if verdict["permit"] else told or GENERIC_FR,
            secret=in_secret(decision.by),
        )
        return _saved(answer, decision, standing)

    @unreplayed
    def decide_many(self, request: c.DecideMany, by: Actor) -> Outcome[c.DecidedMany]:
        """One event for the whole list."""
        decision, standing = self._decision(request, request.attribute_tuples, by, listing=True)
        answer = c.DecidedMany(
            decision_id=decision.id,
            permits=[verdict["permit"] for verdict in decision.made["verdicts"]],
        )
        return _saved(answer, decision, standing)

    def _decision(
        self,
        request: c.Decide | c.DecideMany,
        resources: Sequence[c.Resource],
        by: Actor,
        *,
        listing: bool,
    ) -> tuple[Decision, Standing]:
        if self.places.is_parked(request.record_id):
            raise Unavailable("something about this record waits to be applied")
        self.prepare()
        standing = self._standing(request.record_id, by.principal)
        question = Question(
            record_id=request.record_id,
            caller=by.principal,
            via=by.id,
            action=request.action,
            mode=request.mode,
            session=request.session,
            at=self.clock.now(),
            items=[self._item(resource, standing.grounds) for resource in resources],
            listing=listing,
        )
        decision = take_decision(
            question,
            standing.grounds,
            standing.rights,
            self.reference.professions,
            standing.client,
        )
        return decision, standing

    def _standing(self, record_id: UUID, who: Actor) -> Standing:
        """Versions and head are of one instant; what has moved before it is read, or before the
        decision is saved, makes that save fail: it is taken again."""
        rights_id = self.rights_id(record_id)
        client_id = Client.id_of(self.secret, who.id) if who.kind is APPLICATION else None
        streams = [rights_id, self.register_id, *([client_id] if client_id else [])]
        versions, head = self.guarded.versions_of(streams)
        rights, erased = self._at_or_erased(rights_id, versions)
        versions |= self.follow_for(who, rights)
        grounds = Grounds(
            rights=rights,
            erased=erased,
            matrix=self.current_matrix(versions[self.register_id]),
            rules=self.rules,
            client=self.at(client_id, Client, versions) if client_id else None,
        )
        return Standing(
            grounds=grounds,
            rights=Place(
                stream=str(rights_id),
                version=rights.version if rights else versions[rights_id],
                position=head,
            ),
            client=Place(stream=str(client_id), version=versions[client_id], position=head)
            if client_id
            else None,
            versions=versions,
            moved=[rights] if rights and rights.pending_events else [],
        )

    def _at_or_erased(
        self, rights_id: UUID, versions: Mapping[UUID, int]
    ) -> tuple[Rights | None, bool]:
        try:
            return self.at(rights_id, Rights, versions), False
        except KeyErased:
            return None, True

    def _item(self, resource: c.Resource, grounds: Grounds) -> Item:
        """Attributes as judged; the class is that of the type, whatever the caller says. What was
        asked about of an erased record is kept under no key of its own: its kind alone."""
        if grounds.erased:
            resource = c.Resource(kind=resource.kind)
        given = resource.model_dump(mode="json", by_alias=True)
        return {**given, "class": self.reference.classes.get(given["type"]) or given["class"]}

    def explain(self, request: c.OfDecision, by: Actor) -> c.Explanation:
        """To the person of the record, the actor concerned and auditors, each what they may
        know; to others the same refusal as for a decision that does not exist."""
        decision = self.readable_decision(request.decision_id)
        rights = self.known_to(UUID(decision.made["subject"]), by.principal)
        rules = self.rules_of(decision.made["rules"])
        then = partial(Past(self).rights, decision.made["rights"])
        return c.Explanation.model_validate(
            explanation(decision, rights, rules, by.principal, self.clock.now(), then)
        )


def _saved(answer: A, decision: Decision, standing: Standing) -> Outcome[A]:
    return Outcome(answer=answer, save=[*standing.moved, decision], relied_on=standing.versions)
