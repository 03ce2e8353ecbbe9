"""What the records merged into one forbid there: each of them for as long as it is merged."""

from collections.abc import Iterable, Mapping, Set
from typing import TYPE_CHECKING, TypedDict, TypeVar

from services.access.domain.grants import Block, Consent
from services.access.domain.stricter import Ended, Stricter, allowing, both_forbid, refused

if TYPE_CHECKING:
    from services.access.domain.rights import Rights

Said = TypeVar("Said")
ByMerge = dict[str, dict[str, Said]]
"""By who or what is forbidden, then by merge, as that record says it: the first one counts."""


class OfMerges(TypedDict):
    """What nothing but merges forbids: what was decided on the record itself, before or since, is
    not in it. ``ended``: by these blocks."""

    blocks: ByMerge[Block]
    oppositions: ByMerge[str]
    switches: ByMerge[bool]
    ended: Ended


def nothing() -> OfMerges:
    ended = Ended(consents={}, treating_doctor=None, administrators=[])
    return OfMerges(blocks={}, oppositions={}, switches={}, ended=ended)


def take(rights: "Rights", merge: str, taken: Stricter) -> None:
    """A source of which it was not said may forbid all that the target forbids already."""
    both, of = taken["both"] or both_forbid(rights, rights), rights.of_merges
    shut, ended = _shut(taken), of["ended"]
    rights.of_merges = OfMerges(
        blocks=_with(of["blocks"], merge, taken["blocks"], both["blocks"]),
        oppositions=_with(of["oppositions"], merge, taken["oppositions"], both["oppositions"]),
        switches=_with(of["switches"], merge, _off(shut), _off(both["switches"])),
        ended=Ended(
            consents={**ended["consents"], **taken["consents"]},
            treating_doctor=taken["treating_doctor"] or ended["treating_doctor"],
            administrators=ended["administrators"] + taken["administrators"],
        ),
    )
    rights.merged[merge] = taken
    rights.blocks = {**rights.blocks, **taken["blocks"]}
    rights.feeding_oppositions = {**rights.feeding_oppositions, **taken["oppositions"]}
    rights.switches = taken["after"]
    rights.consents = {w: c for w, c in rights.consents.items() if w not in taken["blocks"]}
    rights.administrators = [w for w in rights.administrators if w not in taken["blocks"]]
    if taken["treating_doctor"]:
        rights.treating_doctor = None


def give_back(rights: "Rights", merge: str, *, others_kept: bool) -> None:
    """What was changed since stays as it was changed. ``others_kept``: and what another that is
    still merged forbids too stays forbidden; splits of version 1 let it go."""
    of, taken = rights.of_merges, rights.merged.pop(merge)
    let_in = _back(of["blocks"], merge, others_kept=others_kept)
    unopposed = _back(of["oppositions"], merge, others_kept=others_kept)
    allowed = (
        _back(of["switches"], merge, others_kept=True) if others_kept else _once(rights, taken)
    )
    left = rights.of_merges = OfMerges(
        blocks=_without(of["blocks"], merge, let_in),
        oppositions=_without(of["oppositions"], merge, unopposed),
        switches=_without(of["switches"], merge, allowed),
        ended=_less(of["ended"], let_in),
    )
    rights.switches = allowing(rights.switches, allowed)
    rights.blocks = _in_force(rights.blocks, let_in, left["blocks"])
    oppositions = rights.feeding_oppositions
    rights.feeding_oppositions = _in_force(oppositions, unopposed, left["oppositions"])
    _bring_back(rights, of["ended"] if others_kept else taken, let_in)


def consents_back(rights: "Rights", merge: str) -> dict[str, Consent]:
    """Of those whom a split lets in again, unless they were given another since."""
    of = rights.of_merges
    back = _back(of["blocks"], merge, others_kept=True) - rights.consents.keys()
    return {who: consent for who, consent in of["ended"]["consents"].items() if who in back}


def decide_on(rights: "Rights", professional: str) -> None:
    """Blocked or let in since, they are no matter of the merges any more."""
    of = rights.of_merges
    of["blocks"].pop(professional, None)
    of["ended"] = _less(of["ended"], {professional})


def _with(
    by: ByMerge[Said], merge: str, new: Mapping[str, Said], both: Mapping[str, Said]
) -> ByMerge[Said]:
    also = {key: {**said, merge: both[key]} for key, said in by.items() if key in both}
    return {**by, **also, **{key: {merge: value} for key, value in new.items()}}


def _back(by: ByMerge[Said], merge: str, *, others_kept: bool) -> set[str]:
    """What a split allows again: what no other forbids; once, what that merge had shut."""
    return {
        key
        for key, said in by.items()
        if next(iter(said)) == merge and (len(said) == 1 or not others_kept)
    }


def _once(rights: "Rights", taken: Stricter) -> set[str]:
    """Switches that splits of version 1 turned on: all, or none if any had moved since."""
    return _shut(taken) if rights.switches == taken["after"] else set()


def _shut(taken: Stricter) -> set[str]:
    """Switches that the merge turned off."""
    return refused(taken["after"]) - refused(taken["before"])


def _without(by: ByMerge[Said], merge: str, back: Set[str]) -> ByMerge[Said]:
    left = {
        key: {other: value for other, value in said.items() if other != merge}
        for key, said in by.items()
        if key not in back
    }
    return {key: said for key, said in left.items() if said}


def _in_force(now: Mapping[str, Said], back: Set[str], left: ByMerge[Said]) -> dict[str, Said]:
    own = {key: value for key, value in now.items() if key not in back}
    return {**own, **{key: next(iter(said.values())) for key, said in left.items()}}


def _bring_back(rights: "Rights", ended: Ended, let_in: Set[str]) -> None:
    back = {who: consent for who, consent in ended["consents"].items() if who in let_in}
    rights.consents = {**back, **rights.consents}
    back_again = let_in - set(rights.administrators)
    rights.administrators += [who for who in ended["administrators"] if who in back_again]
    if rights.treating_doctor is None and ended["treating_doctor"] in let_in:
        rights.treating_doctor = ended["treating_doctor"]


def _less(ended: Ended, who: Set[str]) -> Ended:
    """Without what concerns these."""
    doctor = ended["treating_doctor"]
    return Ended(
        consents={w: consent for w, consent in ended["consents"].items() if w not in who},
        treating_doctor=None if doctor in who else doctor,
        administrators=[w for w in ended["administrators"] if w not in who],
    )


def _off(names: Iterable[str]) -> dict[str, bool]:
    return dict.fromkeys(names, False)
