"""Dates, and sentences, as a person in France reads them."""

import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

FRANCE = ZoneInfo("Europe/Paris")
_EAST = ZoneInfo("Pacific/Wallis")
"""Where in France a day begins first, twelve hours before it does in UTC."""
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)

_VOWELS = "AEIOUÆŒ"
_BEFORE = re.compile(r" (?=[:;?!»%])")
_IN_TIMES = re.compile(r"(?<=\d) h (?=\d)")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")


def french_day(moment: datetime) -> str:
    """``1er décembre 2026``, in the civil time of France."""
    local = moment.astimezone(FRANCE)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{day} {_MONTHS[local.month - 1]} {local.year}"


def day_in_france(moment: datetime) -> date:
    """The civil day there: between midnight in Paris and midnight UTC, a day later than UTC's."""
    return moment.astimezone(FRANCE).date()


def latest_day_in_france(moment: datetime) -> date:
    """The civil day where it begins first: of days that somebody in France wrote without an hour,
    later ones alone lie in the future."""
    return moment.astimezone(_EAST).date()


def french_time(moment: datetime) -> str:
    """``9 h 05``, in the civil time of France."""
    local = moment.astimezone(FRANCE)
    return f"{local.hour} h {local.minute:02d}"


def counted(number: int, noun: str) -> str:
    """``0 acte``, ``1 acte``, ``2 actes``: the plural begins at two."""
    return f"{number} {noun}{'s' if number > 1 else ''}"


def of_name(name: str) -> str:
    """``de Claire``, ``d’Anne``. Before an h nobody can know: ``de``."""
    first = unicodedata.normalize("NFD", name[:1]).upper()[:1]
    return f"d’{name}" if first and first in _VOWELS else f"de {name}"


def unbroken(text: str) -> str:
    """With no-break spaces where French has one: before ``: ; ? ! » %``, after ``«``, in times."""
    return _IN_TIMES.sub("\u00a0h\u00a0", _BEFORE.sub("\u00a0", text.replace("« ", "«\u00a0")))


def curled(text: str) -> str:
    """With the apostrophe of print (U+2019) where one was typed between letters."""
    return _APOSTROPHE.sub("’", text)
