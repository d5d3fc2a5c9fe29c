"""The gap audit: what is still missing before a review, each with a link to the page that mends it."""

from collections import defaultdict
from dataclasses import dataclass

from flask import render_template, url_for
from sqlalchemy import select

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.fidelity.evidence import audit, scale, wording
from imrgroups.fidelity.views.addresses import bp
from imrgroups.groups.models import Group, Meeting
from imrgroups.i18n import apart, curriculum, day, gettext, lazy_gettext
from imrgroups.rules.fidelity.gaps import Gap, Lack
from imrgroups.staff.models import Staff

NAMES = {
    Lack.REGISTER: (lazy_gettext("Meetings without a register"), lazy_gettext("The meeting has been, and nobody said who came.")),
    Lack.MARK: (lazy_gettext("People without a mark"), lazy_gettext("Not recorded is not absent. Ask who was there, and put it down.")),
    Lack.LEADERS: (lazy_gettext("Who led is not recorded"), lazy_gettext("Tick the leaders who were there, on the register.")),
    Lack.NOTE: (lazy_gettext("Notes without two signatures"), lazy_gettext("One leader signs, another countersigns.")),
    Lack.TECHNIQUE: (lazy_gettext("Meetings without a technique"), lazy_gettext("Tick what you did: items 8, 9 and 10 count it.")),
    Lack.HANDOUT: (lazy_gettext("Handouts not noted"), lazy_gettext("Put it down if they got it; else give it next time.")),
    Lack.GOAL: (lazy_gettext("People without a goal"), lazy_gettext("A small one in their own words is enough.")),
    Lack.FOLLOW_UP: (lazy_gettext("Goals not followed up lately"), lazy_gettext("A minute each at the next meeting is enough.")),
    Lack.SUPPORTER: (
        lazy_gettext("Nobody close to them was reached lately"), lazy_gettext("With a yes from the person, one short call counts."),
    ),
    Lack.SUPERVISION: (lazy_gettext("Leaders without supervision for six weeks"), lazy_gettext("The coordinator puts supervision down.")),
    Lack.TRAINING: (lazy_gettext("Leaders without two training days"), lazy_gettext("The coordinator puts training down.")),
}


@dataclass(frozen=True)
class Line:
    """One thing that is missing, in words, with the page that mends it (empty where this reader has none) and the item it counts for."""

    words: str
    link: str
    item: int | None


@bp.get("/groups/<int:group_id>/gaps")
@policy("group.see", of="group")
def gap_audit(group_id: int) -> str:
    """What is missing of a group, kind by kind."""
    group = db.session.get_one(Group, group_id)
    today = config.today(group.timezone)
    on = min(today, group.ended_on) if group.ended_on else today
    found = audit.missing(group_id, on)
    meetings = {
        row.id: (row.number, row.meets_on)
        for row in db.session.execute(select(Meeting.id, Meeting.number, Meeting.meets_on).where(Meeting.group_id == group_id))
    }
    staff = dict(db.session.execute(select(Staff.id, Staff.name)).all())
    people = roster.names({gap.who for gap in found if isinstance(gap.who, int) and gap.lack not in (Lack.SUPERVISION, Lack.TRAINING)})
    auth.looked_at(*people)
    lacks: dict[Lack, list[Line]] = defaultdict(list)
    for gap in found:
        parts = []
        if isinstance(gap.who, int):
            parts.append(apart(staff[gap.who] if gap.lack in (Lack.SUPERVISION, Lack.TRAINING) else people.get(gap.who, "")))
        if isinstance(gap.meeting, int):
            parts.append(gettext("meeting %(number)s, %(day)s", number=meetings[gap.meeting][0], day=day(meetings[gap.meeting][1])))
        if gap.module:
            parts.append(wording.topic(gap.module))
        lacks[gap.lack].append(Line(", ".join(parts), _link(gap, group), gap.item))
    instrument = scale()
    return render_template(
        "fidelity/gaps.html", group=group, lacks=lacks, names=NAMES, count=len(found), on=on,
        due=audit.due([group_id], today).get(group_id), instrument=gettext(
            "%(name)s, version %(version)s", name=curriculum(instrument.name), version=instrument.version
        ),
    )


def _link(gap: Gap, group: Group) -> str:
    """The address of the page that mends a gap."""
    match gap.lack:
        case Lack.REGISTER | Lack.MARK | Lack.LEADERS:
            return url_for("attendance.register", meeting_id=gap.meeting)
        case Lack.NOTE | Lack.TECHNIQUE | Lack.HANDOUT:
            return url_for("notes.edit", meeting_id=gap.meeting)
        case Lack.GOAL | Lack.FOLLOW_UP:
            return url_for("goals.person", participant_id=gap.who)
        case Lack.SUPPORTER:
            return url_for("people.supporters", participant_id=gap.who)
    return url_for("staff.log_learning", centre_id=group.centre_id) if auth.may("staff.edit") else ""
