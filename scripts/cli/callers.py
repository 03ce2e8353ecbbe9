"""From ``professional,id=...`` on the command line to a sample person's token."""

import difflib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import typer

from scripts.cli.place import Place
from shared.kernel.actor import ActorKind
from shared.kernel.clock import instant

MANDATE = timedelta(days=30)
# The claim that each short name stands for, with dots between the levels of a claim.
CLAIMS = {
    "id": "SubjectNameID",
    "profession": "exercice.codeProfession",
    "specialty": "exercice.codeSavoirFaire",
    "section": "exercice.codeSectionPharmacien",
    "facility": "SubjectOrganizationID",
    "regulation": "Acces_Regulation_Medicale",
    "record": "record_id",
    "client": "client_id",
    "software": "software",
    "mandate": "mandate.id",
    "scope": "mandate.scope",
    "expires": "mandate.expires",
    "physician": "mandate.physician_present",
    "secret": "secret",
    "sub": "sub",
}
SAMPLE_PROFESSIONAL = {"id": "899700366240", "facility": "1750000001", "profession": "10"}
DEFAULTS: Mapping[ActorKind, Mapping[str, str]] = {
    ActorKind.PROFESSIONAL: SAMPLE_PROFESSIONAL,
    ActorKind.FACILITY: {"facility": SAMPLE_PROFESSIONAL["facility"]},
    ActorKind.SECRETARY: {"facility": SAMPLE_PROFESSIONAL["facility"]},
    ActorKind.APPLICATION: {"client": "sample-application"},
    ActorKind.AUDITOR: {"mandate": "sample-mandate", "scope": "all", "physician": "false"},
}
REQUIRED = {
    ActorKind.PATIENT: "record",
    ActorKind.REPRESENTATIVE: "record",
    ActorKind.CAREGIVER: "record",
}
HELP = (
    "Who calls: KIND[,name=value...]. Kinds: "
    + ", ".join(kind.value for kind in ActorKind if kind is not ActorKind.SERVICE)
    + ". Names: "
    + ", ".join(CLAIMS)
    + ". Example: professional,id=899700366240,profession=40"
)


def token_for(place: Place, who: str) -> str:
    """A token of five minutes; what is not said is that of a sample person of this kind."""
    kind, claims = claims_of(place, who)
    return place.issuer.token(kind, **claims)


def claims_of(place: Place, who: str) -> tuple[ActorKind, dict[str, Any]]:
    """What that token would say, also where no Carnet ever was."""
    kind_name, *said = who.split(",")
    kind = _kind(kind_name)
    values = dict(DEFAULTS.get(kind, {}))
    for part in said:
        name, equals, value = part.partition("=")
        if not equals or name not in CLAIMS:
            near = difflib.get_close_matches(name, CLAIMS, n=1)
            hint = f"did you mean {near[0]}=...?" if near else f"names are {', '.join(CLAIMS)}"
            raise typer.BadParameter(f"{part!r} is not NAME=VALUE: {hint}", param_hint="--as")
        values[name] = value
    if (required := REQUIRED.get(kind)) and required not in values:
        raise typer.BadParameter(f"a {kind} needs {required}=...", param_hint="--as")
    return kind, _claims(place, kind, values)


def _kind(name: str) -> ActorKind:
    kinds = [kind.value for kind in ActorKind if kind is not ActorKind.SERVICE]
    if name not in kinds:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(kinds)}", param_hint="--as")
    return ActorKind(name)


def _claims(place: Place, kind: ActorKind, values: Mapping[str, str]) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    for name, text in values.items():
        *levels, last = CLAIMS[name].split(".")
        into = claims
        for level in levels:
            into = into.setdefault(level, {})
        into[last] = _value(name, text)
    if kind is ActorKind.AUDITOR:
        claims["mandate"].setdefault("expires", instant(place.clock.now() + MANDATE))
    if kind is ActorKind.SECRETARY and "sub" not in claims:
        claims["sub"] = "sample-secretary"
    return claims


def _value(name: str, text: str) -> Any:
    if name in {"secret", "physician"}:
        return text == "true"
    if name == "regulation":
        return "VRAI" if text == "true" else "FAUX"
    return text.split("+") if name == "scope" else text
