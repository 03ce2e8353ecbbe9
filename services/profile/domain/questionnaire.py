"""Questionnaires of the key ages, as data: their questions, and what an answer tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.kernel.errors import InvalidRequest

MAX_TEXT = 500
"""Characters of a free answer."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """``kind``: one (of the options), some (of them), number, date or text. ``options``: code to
    the fact that choosing it tells, or ``None``. ``optional``: may stay out of a final
    questionnaire. ``dates``: the fact whose first day the answer is."""

    code: str
    kind: str
    options: Mapping[str, str | None]
    low: float | None = None
    high: float | None = None
    optional: bool = False
    dates: str | None = None

    def refusal(self, answer: Any) -> str | None:
        """What is wrong with an answer, or nothing."""
        match self.kind:
            case "number":
                fits = isinstance(answer, int | float) and not isinstance(answer, bool)
                inside = fits and (self.low or 0) <= answer <= (self.high or 0)
                return None if inside else f"a number from {self.low:g} to {self.high:g}"
            case "date":
                return None if _is_day(answer) else "a day, YYYY-MM-DD"
            case "text":
                fits = isinstance(answer, str) and 0 < len(answer) <= MAX_TEXT
                return None if fits else f"a text of 1 to {MAX_TEXT} characters"
            case "some":
                fits = isinstance(answer, list) and set(map(str, answer)) <= self.options.keys()
                return None if fits else f"a list of {', '.join(self.options)}"
            case _:
                fits = isinstance(answer, str) and answer in self.options
                return None if fits else f"one of {', '.join(self.options)}"


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """``ages``: first and last year of age it is for."""

    code: str
    ages: tuple[int, int]
    questions: Mapping[str, Question]

    def check(self, answers: Mapping[str, Any], *, final: bool) -> None:
        """A draft may leave questions out. Raises :class:`InvalidRequest` naming each."""
        wrong = {f"answers.{code}": "no such question" for code in answers.keys() - self.questions}
        for code, question in self.questions.items():
            if code in answers:
                refusal = question.refusal(answers[code])
            else:
                is_required = final and not question.optional
                refusal = "required in a final questionnaire" if is_required else None
            if refusal:
                wrong[f"answers.{code}"] = refusal
        if wrong:
            raise InvalidRequest(fields=wrong)

    def facts(self, answers: Mapping[str, Any]) -> list[str]:
        """Sorted, each once."""
        told = {
            self.questions[code].options.get(choice)
            for code, answer in answers.items()
            for choice in _choices(answer)
        }
        return sorted(fact for fact in told if fact)

    def since(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """First day of the facts that an answer dates, of those that were told."""
        told = self.facts(answers)
        dated = {
            question.dates: str(answers[code])
            for code, question in self.questions.items()
            if question.dates and code in answers
        }
        return {fact: day for fact, day in dated.items() if fact in told}


Questionnaires = Mapping[str, Questionnaire]
"""By code."""


def _is_day(answer: Any) -> bool:
    try:
        return isinstance(answer, str) and date.fromisoformat(answer).isoformat() == answer
    except ValueError:
        return False


def _choices(answer: Any) -> Sequence[str]:
    if isinstance(answer, list):
        return answer
    return [answer] if isinstance(answer, str) else []
