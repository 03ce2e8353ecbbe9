"""What a result of biology was found in: IHE PaLM XD-LAB, Specimen Collection (CI-SIS
"FR-Prélèvement"), and the ``specimen`` of HL7 CDA R2.

What stands around a result holds for it unless something nearer says another (XD-LAB).
"""

from collections.abc import Iterator, Sequence

from services.vault.domain.cda.result_values import coded_words
from services.vault.domain.metadata import Coded
from services.vault.domain.result import Specimen
from shared.cda.narrative import Narrative
from shared.cda.statements import Once, Stated, holds
from shared.cda.tree import HL7, Element, child, children

COLLECTION = frozenset({"1.3.6.1.4.1.19376.1.3.1.2", "1.2.250.1.213.1.1.3.77"})
"""IHE's "Specimen Collection", and CI-SIS "FR-Prélèvement"."""
PRODUCT = "PRD"
"""HL7 ParticipationType: what a procedure brings forth."""
MICRO_ORGANISM, ISOLATE = "MIC", "ISLT"
"""HL7 EntityClass and RoleClass: what was grown, and no longer what was taken."""

Key = tuple[str, str]


class Specimens:
    """Of a document. Its specimens have identifiers, by which a result may name one."""

    def __init__(self, document: Element, said: Narrative) -> None:
        self._said = said
        self._own = Once(self._specimens_of)
        self._isolated = Once(self._isolate_of)
        self._by_id: dict[Key, Specimen] = {}
        for procedure in document.iter(f"{{{HL7}}}procedure"):
            if _is_collection(procedure):
                for role, specimen in self._products(procedure):
                    self._by_id |= dict.fromkeys(_keys(role), specimen)

    def of(self, stated: Stated) -> tuple[Specimen, ...]:
        found = (self._own(one) for one in reversed(stated.within))
        return next((own for own in found if own is not None), ())

    def isolate(self, stated: Stated) -> tuple[str | None, Coded | None]:
        """The micro-organism that was grown: one report may hold several, each with its own
        antibiogram (XD-LAB, Laboratory Isolate Organizer)."""
        found = (self._isolated(one) for one in reversed(stated.within))
        return next((own for own in found if own is not None), (None, None))

    def _specimens_of(self, one: Element) -> tuple[Specimen, ...] | None:
        """None where it says nothing of them."""
        taken = [
            specimen for procedure in _collections(one) for _, specimen in self._products(procedure)
        ]
        roles = [r for r in children(one, "specimen/specimenRole") if not _is_isolate(r)]
        if roles:
            named = (self._named(role, taken) for role in roles)
            return tuple(dict.fromkeys(filter(None, named)))
        return tuple(dict.fromkeys(taken)) or None

    def _isolate_of(self, one: Element) -> tuple[str | None, Coded | None] | None:
        for entity in children(one, "specimen/specimenRole/specimenPlayingEntity"):
            code = entity.find(f"{{{HL7}}}code")
            if entity.get("classCode") == MICRO_ORGANISM and code is not None:
                shown, coded = coded_words(code, self._said)
                return self._said.words(child(code, "originalText")) or shown, coded
        return None

    def _named(self, role: Element, taken: Sequence[Specimen]) -> Specimen | None:
        """One that has no nature of its own is known by its identifier; when the only one around
        it was taken holds for it too."""
        known = next((self._by_id[key] for key in _keys(role) if key in self._by_id), None)
        nature, code = self._nature(role, "specimenPlayingEntity")
        if known is None and len(taken) == 1:
            known = Specimen(site=taken[0].site, site_code=taken[0].site_code, taken=taken[0].taken)
        if nature is None:
            return known if known and known != Specimen() else None
        known = known or Specimen()
        return Specimen(
            nature=nature, code=code, site=known.site, site_code=known.site_code, taken=known.taken
        )

    def _products(self, procedure: Element) -> Iterator[tuple[Element, Specimen]]:
        """At least one: of a collection that names no product, where and when are known."""
        place = procedure.find(f"{{{HL7}}}targetSiteCode")
        site, site_code = coded_words(place, self._said)
        taken = Stated(procedure).at
        roles = [
            role
            for one in children(procedure, "participant")
            if one.get("typeCode") == PRODUCT
            for role in children(one, "participantRole")
        ]
        for role in roles or [procedure]:
            nature, code = self._nature(role, "playingEntity")
            yield (
                role,
                Specimen(nature=nature, code=code, site=site, site_code=site_code, taken=taken),
            )

    def _nature(self, role: Element, entity: str) -> tuple[str | None, Coded | None]:
        return coded_words(role.find(f"{{{HL7}}}{entity}/{{{HL7}}}code"), self._said)


def _collections(statement: Element) -> Iterator[Element]:
    """Within an act or an observation, and within a battery."""
    for path in ("entryRelationship/procedure", "component/procedure"):
        yield from (one for one in children(statement, path) if _is_collection(one))


def _is_collection(procedure: Element) -> bool:
    """That took place; any that brings forth a specimen is one, whatever its template."""
    if not holds(procedure) or Stated(procedure).is_negated:
        return False
    if any(t.get("root") in COLLECTION for t in children(procedure, "templateId")):
        return True
    return any(
        role.get("classCode") == "SPEC"
        for one in children(procedure, "participant")
        if one.get("typeCode") == PRODUCT
        for role in children(one, "participantRole")
    )


def _is_isolate(role: Element) -> bool:
    entity = child(role, "specimenPlayingEntity")
    grown = entity is not None and entity.get("classCode") == MICRO_ORGANISM
    return grown or role.get("classCode") == ISOLATE


def _keys(role: Element) -> Iterator[Key]:
    for one in children(role, "id"):
        if root := one.get("root", "").strip().lower():
            yield root, one.get("extension", "").strip()
