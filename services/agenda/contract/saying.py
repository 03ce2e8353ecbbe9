"""What a person says of an appointment."""

from pydantic import AwareDatetime, Field, model_validator

from services.agenda.contract.parts import Address, Code, Comment, Day, Name, Zone
from services.agenda.domain.facts import With
from services.agenda.domain.when import FIRST_YEAR, HOME, LAST_YEAR, BadWhen, When
from shared.rpc.contract import Command


class Said(Command):
    """``starts_at`` with or without ``ends_at``, or ``day`` to ``last_day`` (included).
    ``zone``: whose clocks it is shown by, Europe/Paris when absent. ``private``: masked to
    professionals; of a series, as a whole.
    """

    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    zone: Zone | None = None
    day: Day | None = None
    last_day: Day | None = None
    type: With | None = None
    name: Name | None = Field(default=None, description="of the professional or the place")
    speciality: Name | None = None
    address: Address | None = None
    comment: Comment | None = None
    professional: Code | None = Field(default=None, description="PS_IdNat")
    facility: Code | None = Field(default=None, description="Struct_IdNat")
    private: bool = False

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> "Said":
        instants, days = (self.starts_at, self.ends_at, self.zone), (self.day, self.last_day)
        if any(instants) and any(days):
            raise ValueError("is at a time or lasts days, not both")
        if (any(instants) and not self.starts_at) or (self.last_day and not self.day):
            raise ValueError("an end or a zone needs its start")
        for moment in (self.starts_at, self.ends_at):
            if moment and not FIRST_YEAR < moment.year < LAST_YEAR:
                raise ValueError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
        try:
            self.when()
        except BadWhen as why:
            raise ValueError(f"when: {why}") from None
        return self

    def when(self) -> When | None:
        """``None`` if it says nothing of when."""
        if self.day:
            return When.of_days(self.day, self.last_day or self.day)
        if self.starts_at:
            return When.of_instants(self.starts_at, self.ends_at, self.zone or HOME)
        return None
