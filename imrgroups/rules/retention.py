"""How long what was written of a person is kept. Source: Danish law asks for at least ten years after the last note."""

from datetime import date

from imrgroups.rules.calendar import add_months

LEAST_YEARS = 10


def deletes_after(last_on: date, years: int) -> date:
    """The last day on which a person's rows are kept: so many years after the last day anything was written of them.

    Raises ValueError for fewer than ten years.
    """
    if years < LEAST_YEARS:
        raise ValueError(f"at least {LEAST_YEARS} years are kept")
    return add_months(last_on, 12 * years)
