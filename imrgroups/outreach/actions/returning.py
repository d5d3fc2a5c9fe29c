"""Which messages brought people back: counts by step and text."""

from collections import Counter, defaultdict
from collections.abc import Collection

from sqlalchemy import or_, select

from imrgroups.attendance.models import Mark
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.outreach.models import Message
from imrgroups.rules.attendance import IN_ROOM, MarkState
from imrgroups.rules.returning import came_again

WENT_OUT = ("sent", "delivered", "printed")
SAYS_NOTHING = (MarkState.NOT_RECORDED, MarkState.HOSPITAL)


def brought_back(group_ids: Collection[int], centre_ids: Collection[int]) -> dict[str, tuple[int, int]]:
    """By step of the messages after a missed meeting: (how many people came again within two meetings, of how many it is known).

    Counts messages, not people; what lies too near to say is left out. Three statements, however many messages.
    """
    mine = or_(Message.group_id.in_(group_ids), Message.centre_id.in_(centre_ids))
    wanted = (
        select(Message.step, Message.participant_id, Meeting.group_id, Meeting.starts_at).join(Meeting, Meeting.id == Message.meeting_id)
        .where(Message.occasion == "missed", Message.state.in_(WENT_OUT), Message.participant_id.is_not(None), mine)
    )
    sent = db.session.execute(wanted).all()
    groups, persons = {row.group_id for row in sent}, {row.participant_id for row in sent}
    held: dict[int, list[tuple[object, int]]] = defaultdict(list)
    meetings = select(Meeting.group_id, Meeting.starts_at, Meeting.id).where(Meeting.group_id.in_(groups), Meeting.state == "held")
    for group_id, starts_at, key in db.session.execute(meetings.order_by(Meeting.starts_at)):
        held[group_id].append((starts_at, key))
    marks = select(Mark.meeting_id, Mark.participant_id, Mark.state).join(Meeting, Meeting.id == Mark.meeting_id)
    states = {(meeting, person): MarkState(state) for meeting, person, state in db.session.execute(
        marks.where(Meeting.group_id.in_(groups), Mark.participant_id.in_(persons))
    )}
    came: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for row in sent:
        later = [key for starts_at, key in held[row.group_id] if starts_at > row.starts_at]
        answer = came_again([_there(states.get((key, row.participant_id), MarkState.NOT_RECORDED)) for key in later])
        known[row.step] += answer is not None
        came[row.step] += bool(answer)
    return {step: (came[step], count) for step, count in known.items() if count}


def _there(state: MarkState) -> bool | None:
    return None if state in SAYS_NOTHING else state in IN_ROOM
