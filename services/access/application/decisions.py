"""Every access decision: saved before it is answered."""

from collections.abc import Sequence
from uuid import UUID

from services.access import contract as c
from services.access.application.log import AccessLog
from services.access.domain import sentences
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
from services.access.domain.matrix import MatrixRegister
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Unavailable
from shared.stores.event_log import Outcome, unreplayed


class Decisions(AccessLog):
    @unreplayed
    def decide(self, request: c.Decide, by: Actor) -> Outcome[c.Decided]:
        """Saved before it is answered; guarded by the rights it was taken on."""
        decision, relied_on = self._decision(request, [request.resource], by, listing=False)
        verdict = decision.made["verdicts"][0]
        told = decision.made["reason_fr"] if by.principal.acts_for_person else None
        answer = c.Decided(
            permit=verdict["permit"],
            decision_id=decision.id,
            reasons=verdict["rules"],
            reason_fr=decision.made["reason_fr"],
            refusal_fr=None if verdict["permit"] else told or sentences.GENERIC_FR,
        )
        return Outcome(answer=answer, save=[decision], relied_on=relied_on)

    @unreplayed
    def decide_many(self, request: c.DecideMany, by: Actor) -> Outcome[c.DecidedMany]:
        """One event for the whole list."""
        decision, relied_on = self._decision(request, request.attribute_tuples, by, listing=True)
        answer = c.DecidedMany(
            decision_id=decision.id,
            permits=[verdict["permit"] for verdict in decision.made["verdicts"]],
        )
        return Outcome(answer=answer, save=[decision], relied_on=relied_on)

    def _decision(
        self,
        request: c.Decide | c.DecideMany,
        resources: Sequence[c.Resource],
        by: Actor,
        *,
        listing: bool,
    ) -> tuple[Decision, dict[UUID, int]]:
        if self.places.is_parked(request.record_id):
            raise Unavailable("something about this record waits to be applied")
        self.prepare()
        rights = self.rights_of(request.record_id)
        rights_id, version = self.rights_id(request.record_id), rights.version if rights else 0
        register_version, matrix = self.current_matrix()
        client_id, client = self._client_of(by.principal)
        question = Question(
            record_id=request.record_id,
            caller=by.principal,
            via=by.id,
            action=request.action,
            mode=request.mode,
            session=request.session,
            at=self.clock.now(),
            items=[self._item(resource) for resource in resources],
            listing=listing,
        )
        position = self.last_position()
        relied_on = {rights_id: version, MatrixRegister.id_of(self.secret): register_version}
        client_place = None
        if client_id:
            relied_on[client_id] = client.version if client else 0
            client_place = Place(
                stream=str(client_id), version=relied_on[client_id], position=position
            )
        decision = take_decision(
            question,
            Grounds(rights=rights, matrix=matrix, rules=self.rules, client=client),
            Place(stream=str(rights_id), version=version, position=position),
            self.reference.professions,
            client_place,
        )
        return decision, relied_on

    def _client_of(self, who: Actor) -> tuple[UUID | None, Client | None]:
        if who.kind is not ActorKind.APPLICATION:
            return None, None
        return Client.id_of(self.secret, who.id), self.client(who.id)

    def _item(self, resource: c.Resource) -> Item:
        """Attributes as judged; the class is that of the type, whatever the caller says."""
        given = resource.model_dump(mode="json", by_alias=True)
        return {**given, "class": self.reference.classes.get(given["type"]) or given["class"]}

    def explain(self, request: c.OfDecision, by: Actor) -> c.Explanation:
        """To the person of the record, the actor concerned and auditors, each what they may
        know; to others the same refusal as for a decision that does not exist."""
        decision = self.readable_decision(request.decision_id)
        rights = self.readable(UUID(decision.made["subject"]))
        rules = self.rules_of(decision.made["rules"])
        return c.Explanation.model_validate(
            explanation(decision, rights, rules, by.principal, self.clock.now())
        )
