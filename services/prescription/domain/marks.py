"""What a prescriber marks a line with, so that it is dispensed and charged as it should be."""

from enum import StrEnum


class Mark(StrEnum):
    """Entries of CI-SIS eP-MED-DM; a line that has none is of none of them.

    ``long_term_illness``: treats an ALD (code de la sécurité sociale, L324-1). ``work_accident``:
    or an occupational disease. ``off_label``: outside of its marketing authorisation (AMM).
    """

    LONG_TERM_ILLNESS = "long_term_illness"
    WORK_ACCIDENT = "work_accident"
    PREVENTION = "prevention"
    NOT_REIMBURSED = "not_reimbursed"
    OFF_LABEL = "off_label"
