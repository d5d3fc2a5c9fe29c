"""Writes reports: the draft, the leaders' answer, signatures; and the advice in them, until it is done and checked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity.actions.reviews import CannotReview, assigned, record
from imrgroups.fidelity.evidence import sheets
from imrgroups.fidelity.evidence.heard import heard
from imrgroups.fidelity.evidence.named import named
from imrgroups.fidelity.models import Recommendation, Report, ReportSignature, Review
from imrgroups.fidelity.models.reports import ADVICE_STATES, CHECKS
from imrgroups.groups.models import Group, GroupLeader
from imrgroups.rules.fidelity.reviews import ANSWER_DAYS, counted_on
from imrgroups.staff.models import Role, Staff

# The sections assessors write themselves; besides there is one for each item, "item-3".
SECTIONS = ("purpose", "method", "strengths", "voice", "next")
# What the report is based on, each with a count.
SOURCES = ("charts", "meetings", "leaders", "participants", "supporters", "coordinator", "supervision", "materials")


class Named(CannotReview):
    """There is a name of a participant in a report. `names`: by section ("section-voice"), advice ("advice-0") or "text" of an answer."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        super().__init__("named")
        self.names = names


@dataclass(frozen=True)
class Advice:
    """One piece of advice as it is written. key: of the row it changes, None for a new one. Without text the row goes."""

    text: str
    item: int | None = None
    owner_id: int | None = None
    due_on: date | None = None
    key: int | None = None


@dataclass(frozen=True)
class Written:
    """What assessors put into a report: words by section, counts by source, advice, and how the advice of the review before stands.

    looked: they say that a single word that looks like somebody's name is none.
    """

    sections: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    advice: Sequence[Advice] = ()
    checks: Mapping[int, str] = field(default_factory=dict)
    looked: bool = False


def write(review: Review, written: Written, *, version: int, by: int, now: datetime) -> Report:
    """Save the report, until the first assessor signs it. version: of the report the page was made from, 0 for none.

    Raises CannotReview("not_assigned" | "unsettled" | "signed" | "stale" | "section" | "source" | "item" | "owner" | "day" | "check"), the
    last four of advice with the places (from 0) they are about; Named where a participant is named.
    """
    _assessor(review, by)
    if review.state != "report":
        raise CannotReview("signed" if review.state in ("final", "closed") else "unsettled")
    report = report_of(review.id)
    if report is not None and signatures(report.id):
        raise CannotReview("signed")
    if (report.version if report else 0) != version:
        raise CannotReview("stale")
    _check(review, written, now)
    _nobody_named(review, {
        **{f"section-{name}": text for name, text in written.sections.items()},
        **{f"advice-{place}": advice.text for place, advice in enumerate(written.advice)},
    }, written.looked)
    if report is None:
        report = Report(review_id=review.id, data_on=data_day(review), bands=review.group.centre.bands, state="draft", saved_at=now)
        db.session.add(report)
    report.sections = json.dumps({name: text for name, text in written.sections.items() if text}, ensure_ascii=False)
    report.sources, report.saved_at = json.dumps(dict(written.sources), sort_keys=True), now
    report.heard = json.dumps(heard(review, report.data_on, now), ensure_ascii=False)
    _advise(review, written.advice, by, now)
    for row in advice_before(review):
        if row.id in written.checks:
            row.checked, row.checked_in_id = written.checks[row.id] or None, review.id
    db.session.flush()
    record("report.written", review, by, now)
    db.session.commit()
    return report


def _check(review: Review, written: Written, now: datetime) -> None:
    items = sheets.items_of(review)
    if any(name not in SECTIONS and name not in {f"item-{item}" for item in items} for name in written.sections):
        raise CannotReview("section")
    if any(name not in SOURCES or not 0 <= count <= 999 for name, count in written.sources.items()):
        raise CannotReview("source")
    owners, given = {person for person, _name in owners_of(review)}, list(enumerate(written.advice))
    if wrong := [place for place, advice in given if advice.text and advice.item is not None and advice.item not in items]:
        raise CannotReview("item", wrong)
    if wrong := [place for place, advice in given if advice.text and advice.owner_id not in owners]:
        raise CannotReview("owner", wrong)
    today = _today(review, now)
    if wrong := [place for place, advice in given if advice.text and (advice.due_on is None or advice.due_on < today)]:
        raise CannotReview("day", wrong)
    if any(word and word not in CHECKS for word in written.checks.values()):
        raise CannotReview("check")


def _nobody_named(review: Review, texts: Mapping[str, str], looked: bool) -> None:
    """Refuse names. A whole name is never anything else; a single word may be, and passes once somebody looked at it."""
    found = {key: [name for name in names if " " in name or not looked] for key, names in named(review, texts).items()}
    if any(found.values()):
        raise Named({key: names for key, names in found.items() if names})


def _advise(review: Review, advice: Sequence[Advice], by: int, now: datetime) -> None:
    known = {row.id: row for row in advice_of(review.id)}
    for one in advice:
        row = known.get(one.key) if one.key else None
        if not one.text:
            if row is not None:
                db.session.delete(row)
            continue
        if row is None:
            row = Recommendation(review_id=review.id, state="open", state_at=now, state_by_id=by)
            db.session.add(row)
        row.text, row.item, row.owner_id, row.due_on = one.text, one.item, one.owner_id, one.due_on


def send(review: Review, *, by: int, now: datetime) -> None:
    """Give the draft to the leaders of the group, who have two weeks to answer.

    Raises CannotReview("not_assigned" | "no_draft" | "sent").
    """
    _assessor(review, by)
    report = report_of(review.id)
    if report is None:
        raise CannotReview("no_draft")
    if report.state != "draft":
        raise CannotReview("sent")
    report.state, report.sent_at, report.answer_due_on = "with_leaders", now, _today(review, now) + timedelta(days=ANSWER_DAYS)
    record("report.sent", review, by, now)
    db.session.commit()


def answer(review: Review, text: str, *, by: int, now: datetime, looked: bool = False) -> None:
    """What the leaders say to the draft, until it is final; a later answer replaces it. looked: as in Written.

    Raises CannotReview("not_with_leaders" | "no_words"); Named where a participant is named.
    """
    report = report_of(review.id)
    if report is None or report.state != "with_leaders":
        raise CannotReview("not_with_leaders")
    if not text:
        raise CannotReview("no_words")
    _nobody_named(review, {"text": text}, looked)
    report.answer, report.answered_at, report.answered_by_id = text, now, by
    record("report.answered", review, by, now)
    db.session.commit()


def sign(review: Review, *, by: int, now: datetime) -> bool:
    """An assessor stands by the report; with the last signature it is final. Returns whether it is now.

    Raises CannotReview("not_assigned" | "not_sent" | "waiting" | "signed"); "waiting" until the leaders answered or their time is over.
    """
    _assessor(review, by)
    report = report_of(review.id)
    if report is None or report.state == "draft":
        raise CannotReview("not_sent")
    signed = {row.staff_id for row in signatures(report.id)}
    if report.state == "final" or by in signed:
        raise CannotReview("signed")
    if report.answered_at is None and (report.answer_due_on is None or _today(review, now) <= report.answer_due_on):
        raise CannotReview("waiting")
    db.session.add(ReportSignature(report_id=report.id, staff_id=by, signed_at=now))
    whole = {row.staff_id for row in assigned(review.id)} <= signed | {by}
    if whole:
        report.state, report.final_at, review.state = "final", now, "final"
    record("report.final" if whole else "report.signed", review, by, now)
    db.session.commit()
    return whole


def follow(advice: Recommendation, state: str, *, outcome: str = "", by: int | None, now: datetime) -> None:
    """Say how a piece of advice stands: done, dropped with a reason, or open again.

    Raises CannotReview("state" | "no_reason" | "not_final").
    """
    if state not in ADVICE_STATES:
        raise CannotReview("state")
    if state == "dropped" and not outcome:
        raise CannotReview("no_reason")
    review = db.session.get_one(Review, advice.review_id)
    if review.state not in ("final", "closed"):
        raise CannotReview("not_final")
    advice.state, advice.state_at, advice.state_by_id, advice.outcome = state, now, by, outcome or None
    record(f"advice.{state}", review, by, now, advice=str(advice.id))
    db.session.commit()


def close(review: Review, *, by: int | None, now: datetime) -> None:
    """End a review whose report is final: nothing of it is open to assessors any more. Raises CannotReview("not_final")."""
    if review.state != "final":
        raise CannotReview("not_final")
    review.state, review.closed_at = "closed", now
    record("review.closed", review, by, now)
    db.session.commit()


def report_of(review_id: int) -> Report | None:
    """The report of a review, where there is one."""
    return db.session.execute(select(Report).where(Report.review_id == review_id)).scalar()


def signatures(report_id: int) -> list[ReportSignature]:
    """The signatures under a report, oldest first."""
    wanted = select(ReportSignature).where(ReportSignature.report_id == report_id).order_by(ReportSignature.signed_at)
    return list(db.session.execute(wanted).scalars())


def advice_of(review_id: int) -> list[Recommendation]:
    """The advice of a review: by item, then by the day it is due."""
    rows = db.session.execute(select(Recommendation).where(Recommendation.review_id == review_id)).scalars()
    return sorted(rows, key=lambda row: (row.item is None, row.item or 0, row.due_on or date.max, row.id))


def review_before(review: Review) -> Review | None:
    """The mid-way review of the same group, for a final one; only where its report is final."""
    if review.kind != "final":
        return None
    wanted = select(Review).where(Review.group_id == review.group_id, Review.kind == "midway", Review.state.in_(("final", "closed")))
    return db.session.execute(wanted).scalar()


def advice_before(review: Review) -> list[Recommendation]:
    """The advice of the review before this one."""
    before = review_before(review)
    return advice_of(before.id) if before else []


def owners_of(review: Review) -> list[tuple[int, str]]:
    """Who can be asked to act on advice: the leaders of the group and the coordinators of its centre, as (key, name)."""
    leads = select(GroupLeader.staff_id).where(GroupLeader.group_id == review.group_id)
    coordinates = select(Role.staff_id).join(Group, Group.centre_id == Role.centre_id).where(
        Group.id == review.group_id, Role.name == "coordinator"
    )
    wanted = select(Staff.id, Staff.name).where(Staff.active, Staff.id.in_(leads) | Staff.id.in_(coordinates)).order_by(Staff.name)
    return [(row.id, row.name) for row in db.session.execute(wanted)]


def data_day(review: Review) -> date:
    """The day a report's data are of: when the last sheet was handed in, or the group's last day where that came before."""
    handed = max(row.rated_at for row in assigned(review.id) if row.rated_at)
    return counted_on(_today(review, handed), review.group.ended_on)


def _today(review: Review, now: datetime) -> date:
    return now.astimezone(ZoneInfo(review.group.timezone)).date()


def _assessor(review: Review, by: int) -> None:
    db.session.refresh(review, with_for_update=True)
    if by not in {row.staff_id for row in assigned(review.id)}:
        raise CannotReview("not_assigned")
