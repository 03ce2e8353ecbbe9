"""Settings come from the environment only, typed; half a configuration refuses to boot."""

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

S = TypeVar("S")
PREFIX = "CARNET_"


class SettingsError(SystemExit):
    """The process must not start; says which variable is wrong and what would be right."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"carnet: {sentence}")


def read_settings(cls: type[S], environ: Mapping[str, str], *, section: str = "") -> S:
    """Fill the dataclass ``cls`` from ``CARNET_<SECTION>_<FIELD>``.

    Types understood: str, int, float, bool (``true``/``false``), Path, tuple[str, ...]
    (comma-separated), and each of them ``| None``. With a section, an unknown variable that
    begins like it refuses to boot and names the nearest right one.
    """
    prefix = PREFIX + (section.upper() + "_" if section else "")
    hints = get_type_hints(cls)
    known = {prefix + f.name.upper(): f for f in fields(cls)}  # type: ignore[arg-type]  # S is a dataclass
    if section:
        _refuse_unknown({v for v in environ if v.startswith(prefix)}, known)
    values = {
        f.name: _parse(variable, environ[variable], hints[f.name])
        for variable, f in known.items()
        if variable in environ
    }
    missing = [v for v, f in known.items() if f.name not in values and _is_required(f)]
    if missing:
        raise SettingsError(f"{missing[0]} must be set")
    return cls(**values)


def _refuse_unknown(given: set[str], known: Mapping[str, Field[Any]]) -> None:
    for variable in sorted(given - set(known)):
        near = difflib.get_close_matches(variable, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SettingsError(f"{variable} is not a setting{hint}")


def _is_required(f: Field[Any]) -> bool:
    return f.default is MISSING and f.default_factory is MISSING


def _parse(variable: str, text: str, kind: Any) -> Any:
    if isinstance(kind, UnionType):
        kind = next(k for k in get_args(kind) if k is not type(None))
    try:
        if kind is bool:
            return {"true": True, "false": False}[text]
        if kind in (str, int, float, Path):
            return kind(text)
    except (KeyError, ValueError):
        raise SettingsError(f"{variable} is not a valid {kind.__name__}") from None
    return tuple(part.strip() for part in text.split(",") if part.strip())
