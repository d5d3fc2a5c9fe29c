"""The permission table: who may do what, and how far that goes. `auth` reads it; nothing else decides."""

from enum import StrEnum


class Reach(StrEnum):
    """How far a role's right goes."""

    ANY = "any"  # wherever the role is held; for pages about no one centre or group
    CENTRE = "centre"  # things of a centre where the role is held
    GROUP = "group"  # groups the person leads, and people of their centre who are in no group yet
    REASON = "reason"  # things of the role's centre, after stating a reason that is recorded
    REVIEW = "review"  # reviews the person is assigned to, while they are open, and never at a centre where they work
    REPORT = "report"  # the same, and after the last day still while the scores are settled and the report is not final


# The permission table. Roles that a row does not name may not.
PERMISSIONS: dict[str, dict[str, Reach]] = {
    "today.see": {"leader": Reach.ANY, "coordinator": Reach.ANY, "assessor": Reach.ANY, "administrator": Reach.ANY},
    "account.own": {"leader": Reach.ANY, "coordinator": Reach.ANY, "assessor": Reach.ANY, "administrator": Reach.ANY},
    "library.see": {"leader": Reach.ANY, "coordinator": Reach.ANY, "assessor": Reach.ANY},
    "library.comment": {"leader": Reach.ANY, "coordinator": Reach.ANY},
    "library.translate": {"coordinator": Reach.ANY},
    "group.see": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "group.plan": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "group.create": {"coordinator": Reach.CENTRE},
    "register.see": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "register.keep": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "clinical.see": {"leader": Reach.GROUP, "coordinator": Reach.REASON},
    "clinical.write": {"leader": Reach.GROUP},
    "people.list": {"leader": Reach.ANY, "coordinator": Reach.ANY},
    "people.create": {"leader": Reach.CENTRE, "coordinator": Reach.CENTRE},
    "people.see": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "people.edit": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "message.list": {"leader": Reach.ANY, "coordinator": Reach.ANY},
    "message.decide": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "call.make": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "centre.list": {"coordinator": Reach.ANY, "administrator": Reach.ANY},
    "centre.create": {"administrator": Reach.ANY},
    "centre.edit": {"coordinator": Reach.CENTRE, "administrator": Reach.CENTRE},
    "staff.edit": {"coordinator": Reach.CENTRE, "administrator": Reach.CENTRE},
    "overview.see": {"coordinator": Reach.ANY},
    "centre.export": {"coordinator": Reach.CENTRE},
    "reason.state": {"coordinator": Reach.CENTRE},
    "review.list": {"coordinator": Reach.ANY, "assessor": Reach.ANY},
    "review.see": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE, "assessor": Reach.REVIEW},
    "review.plan": {"coordinator": Reach.CENTRE},
    "review.rate": {"assessor": Reach.REVIEW},
    "report.see": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE, "assessor": Reach.REPORT},
    "report.write": {"assessor": Reach.REPORT},
    "review.answer": {"leader": Reach.GROUP},
    "review.follow": {"leader": Reach.GROUP, "coordinator": Reach.CENTRE},
    "binder.see": {"leader": Reach.GROUP, "coordinator": Reach.REASON, "assessor": Reach.REVIEW},
    "binder.freeze": {"coordinator": Reach.CENTRE, "assessor": Reach.REVIEW},
    "binder.close": {"coordinator": Reach.CENTRE},
}
