"""What one record's rights forbid more than another's: taken over when two records of one person
are merged, given back when they are split.
"""

from typing import TYPE_CHECKING, TypedDict

from services.access.domain.grants import Block, Consent, Switches

if TYPE_CHECKING:
    from services.access.domain.rights import Rights


class Stricter(TypedDict):
    """``blocks`` and ``oppositions``: those the target had not. ``before`` and ``after``: its
    switches. ``consents``, ``treating_doctor``, ``administrators``: what the blocks ended.
    """

    blocks: dict[str, Block]
    oppositions: dict[str, str]
    before: Switches
    after: Switches
    consents: dict[str, Consent]
    treating_doctor: str | None
    administrators: list[str]


def stricter(target: "Rights", source: "Rights") -> Stricter:
    """Blocked by one is blocked; allowed in an emergency is what both allow."""
    blocks = {who: b for who, b in source.blocks.items() if who not in target.blocks}
    ours, theirs = target.switches, source.switches
    return Stricter(
        blocks=blocks,
        oppositions={
            who: why
            for who, why in source.feeding_oppositions.items()
            if who not in target.feeding_oppositions
        },
        before=ours,
        after=both_allow(ours, theirs),
        consents={who: c for who, c in target.consents.items() if who in blocks},
        treating_doctor=target.treating_doctor if target.treating_doctor in blocks else None,
        administrators=[who for who in target.administrators if who in blocks],
    )


def both_allow(one: Switches, other: Switches) -> Switches:
    """Allowed in an emergency is what both allow."""
    return {
        "regulation": one["regulation"] and other["regulation"],
        "break_glass": one["break_glass"] and other["break_glass"],
        "masked": one["masked"] and other["masked"],
    }


def take(rights: "Rights", taken: Stricter) -> None:
    rights.blocks = {**rights.blocks, **taken["blocks"]}
    rights.feeding_oppositions = {**rights.feeding_oppositions, **taken["oppositions"]}
    rights.switches = taken["after"]
    rights.consents = {w: c for w, c in rights.consents.items() if w not in taken["blocks"]}
    rights.administrators = [w for w in rights.administrators if w not in taken["blocks"]]
    if taken["treating_doctor"]:
        rights.treating_doctor = None


def give_back(rights: "Rights", taken: Stricter) -> None:
    """What was changed since stays as it was changed."""
    lifted, consents = _lifted(rights, taken), consents_back(rights, taken)
    rights.blocks = {who: b for who, b in rights.blocks.items() if who not in lifted}
    rights.feeding_oppositions = {
        who: why
        for who, why in rights.feeding_oppositions.items()
        if taken["oppositions"].get(who) != why
    }
    if rights.switches == taken["after"]:
        rights.switches = taken["before"]
    rights.consents = {**consents, **rights.consents}
    rights.administrators += [w for w in taken["administrators"] if w in lifted]
    if rights.treating_doctor is None and taken["treating_doctor"] in lifted:
        rights.treating_doctor = taken["treating_doctor"]


def consents_back(rights: "Rights", taken: Stricter) -> dict[str, Consent]:
    """Of those whom a split lets in again, unless they were given another since."""
    back = _lifted(rights, taken) - rights.consents.keys()
    return {who: consent for who, consent in taken["consents"].items() if who in back}


def _lifted(rights: "Rights", taken: Stricter) -> set[str]:
    """Whom nothing but the block of the merge shuts out."""
    return {who for who, block in taken["blocks"].items() if rights.blocks.get(who) == block}
