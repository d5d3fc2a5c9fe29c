"""Whom a planner writes to and how: one reading for many people, so that a sweep costs the same for ten as for a thousand."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, true

from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups import series
from imrgroups.groups.models import Group, GroupLeader
from imrgroups.i18n import LOCALES, dial
from imrgroups.outreach import words
from imrgroups.outreach.actions.outbox import Draft
from imrgroups.outreach.models import Message, OwnWords
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.staff.models import Centre, Staff


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of one group, with all a message needs. leader_id: who of the leaders writes to and calls them, always the same one."""

    id: int
    group_id: int
    centre_id: int
    first_name: str
    language: str
    channel: str
    phone: str
    shared_phone: bool
    consented: bool
    why: str
    may_quote: bool
    leader_id: int | None
    leader: str
    zone: str
    country: str
    centre_phone: str
    place: str
    joined_on: date
    left_on: date | None = None

    def belongs_on(self, day: date) -> bool:
        """Whether they are in the group on a day: it lies in the time of belonging that counts now."""
        return self.joined_on <= day and (self.left_on is None or day <= self.left_on)

    @property
    def reachable(self) -> bool:
        """Whether a message can be planned at all: they said yes, and there is a way."""
        if not self.consented or self.channel == "none":
            return False
        return self.channel == "letter" or bool(self.phone)


@dataclass
class Sweep:
    """The people of some groups now, and the variants of texts each of them has had; read once, asked often."""

    now: datetime
    by_group: dict[int, list[Recipient]] = field(default_factory=dict)
    had: dict[tuple[int, str, str], list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, group_ids: Iterable[int], now: datetime, occasion: str, over: bool = False) -> "Sweep":
        """Everybody who belongs to these groups today and is not in hospital. Six statements, however many people.

        over: also people of groups that have ended.
        """
        keys = set(group_ids)
        rows = _people(keys, now, over)
        persons = {row.Participant.id for row in rows}
        yes, own = people.has_consented(persons, "messages"), _own_words(persons)
        today = {row.Centre.id: now.astimezone(ZoneInfo(row.Centre.timezone)).date() for row in rows}
        # Who comes home today is still in hospital today, but may be welcomed back.
        ahead = timedelta(days=occasion == "welcome_back")
        away = {centre: people.in_hospital(persons, day + ahead) for centre, day in today.items()}
        leaders = _leaders(keys)
        found: dict[int, list[Recipient]] = defaultdict(list)
        for row in rows:
            person, group, centre = row.Participant, row.Group, row.Centre
            if person.id in away[centre.id] or (row.left_on is not None and row.left_on < today[centre.id]):
                continue
            mine = (leaders[group.id], person.id in yes, own.get(person.id))
            found[group.id].append(_recipient(person, group, centre, (row.joined_on, row.left_on), *mine))
        return cls(now, dict(found), _variants(persons, occasion))

    def draft(
        self, to: Recipient, *, key: str, occasion: str, step: str, facts: words.Facts, due_at: datetime, expires_at: datetime,
        meeting_id: int | None, channel: str = "",
    ) -> Draft:
        """A message in the person's language, by their own way, in words they did not have last time."""
        way = channel or to.channel
        variant = words.choose(occasion, step, self.had.get((to.id, occasion, step), ()), to.id)
        language = to.language if to.language in LOCALES else "en"
        text = self._said(way, occasion, step, variant, facts, language, to)
        return Draft(
            key=key, occasion=occasion, channel=way, language=language, text=text, centre_id=to.centre_id,
            due_at=due_at, expires_at=expires_at, to="" if way == "letter" else to.phone, step=step, variant=variant,
            question=way != "letter" and words.is_question(occasion, step), participant_id=to.id, group_id=to.group_id,
            meeting_id=meeting_id,
        )

    @staticmethod
    def _said(way: str, occasion: str, step: str, variant: int, facts: words.Facts, language: str, to: Recipient) -> str:
        if way == "letter":
            return words.letter(occasion, step, variant, facts, language)
        if way == "call":
            return words.spoken(occasion, step, variant, facts, language, shared_phone=to.shared_phone)
        return words.compose(occasion, step, variant, facts, language, shared_phone=to.shared_phone)

    def facts(self, to: Recipient, **more: object) -> words.Facts:
        """What every text may tell of this person; `more` is what the occasion adds."""
        today = self.now.astimezone(ZoneInfo(to.zone)).date()
        told: dict[str, object] = {
            "first_name": to.first_name, "sender": to.leader, "place": to.place, "today": today, "phone": dial(to.centre_phone),
            "own_words": to.why, "may_quote": to.may_quote, **more,
        }
        return words.Facts(**told)  # type: ignore[arg-type]


def _recipient(
    person: Participant, group: Group, centre: Centre, stay: tuple[date, date | None], leaders: Sequence[tuple[int, str]], consented: bool,
    own: OwnWords | None,
) -> Recipient:
    leader = leaders[person.id % len(leaders)] if leaders else (None, "")
    return Recipient(
        person.id, group.id, centre.id, person.first_name, person.language, person.channel, person.phone or "", person.shared_phone,
        consented,
        (own.hard_week or "") if own else "", bool(own and own.may_quote), leader[0], leader[1].split()[0] if leader[1] else "",
        group.timezone, centre.country, centre.phone, group.place, *stay,
    )


def _people(groups: set[int], now: datetime, over: bool) -> Sequence[object]:
    """One row a person and group: those who belong now or left at most a day ago (the zone decides), in the order of names of nobody."""
    on = now.date()
    wanted = (
        select(Participant, Group, Centre, Enrolment.joined_on, Enrolment.left_on)
        .join(Enrolment, Enrolment.participant_id == Participant.id).join(Group, Group.id == Enrolment.group_id)
        .join(Centre, Centre.id == Group.centre_id)
        .where(Group.id.in_(groups), true() if over else series.goes_on(now), or_(Enrolment.left_on.is_(None), Enrolment.left_on >= on))
        .order_by(Participant.id, Enrolment.joined_on.desc())
    )
    found: dict[tuple[int, int], object] = {}
    for row in db.session.execute(wanted):
        found.setdefault((row.Participant.id, row.Group.id), row)
    return list(found.values())


def _leaders(groups: set[int]) -> dict[int, list[tuple[int, str]]]:
    wanted = select(GroupLeader.group_id, Staff.id, Staff.name).join(Staff, Staff.id == GroupLeader.staff_id)
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    wanted = wanted.where(GroupLeader.group_id.in_(groups), Staff.left_on.is_(None)).order_by(Staff.name)
    for group, key, name in db.session.execute(wanted):
        found[group].append((key, name))
    return found


def _own_words(persons: set[int]) -> dict[int, OwnWords]:
    wanted = select(OwnWords).where(OwnWords.participant_id.in_(persons))
    return {row.participant_id: row for row in db.session.execute(wanted).scalars()}


def _variants(persons: set[int], occasion: str) -> dict[tuple[int, str, str], list[int]]:
    found: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    wanted = select(Message.participant_id, Message.step, Message.variant).where(
        Message.participant_id.in_(persons), Message.occasion == occasion
    )
    for person, step, variant in db.session.execute(wanted.order_by(Message.created_at, Message.id)):
        if person is not None:
            found[person, occasion, step].append(variant)
    return found


def known(keys: Iterable[str]) -> set[str]:
    """Those of these keys that have a message already."""
    return set(db.session.execute(select(Message.key).where(Message.key.in_(list(keys)))).scalars())

