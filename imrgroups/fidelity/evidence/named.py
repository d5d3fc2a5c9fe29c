"""Names of participants, and of those close to them, in what assessors and leaders write about a group."""

from collections.abc import Mapping

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.fidelity.evidence.people import pseudonyms
from imrgroups.fidelity.models import Review
from imrgroups.people.models import Supporter
from imrgroups.rules.fidelity.naming import Veil
from imrgroups.staff.models import Staff


def named(review: Review, texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The names in some texts, by the key of the text; without the texts that have none. Two statements, and one for staff.

    A single name that somebody of staff has too may be theirs: it does not count.
    """
    if not any(texts.values()):
        return {}
    people = pseudonyms(review)
    known = [(name, "P") for name in roster.names(people).values()]
    columns = select(Supporter.id, Supporter.name_sealed).where(Supporter.participant_id.in_(people))
    known += [(Supporter.name.open(Supporter, row.id, row.name_sealed) or "", "P") for row in db.session.execute(columns)]
    veil, staff = Veil(known), {word for name in db.session.execute(select(Staff.name)).scalars() for word in name.split()}
    found = {key: tuple(name for name in veil.found(text) if " " in name or name not in staff) for key, text in texts.items()}
    return {key: names for key, names in found.items() if names}
