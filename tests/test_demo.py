"""The demonstration: its figures, what leaders find in it, and that a half-built one is noticed."""

import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from imrgroups import audit, create_app, demo
from imrgroups.attendance.models import Apology, MakeUp, Mark
from imrgroups.audit import AuditEntry
from imrgroups.config import Settings
from imrgroups.db import db, writing
from imrgroups.demo import trial
from imrgroups.demo.stays import IN_ROOM
from imrgroups.demo.stock import Words, stock
from imrgroups.enrolment.models import Card, Enrolment, WaitingPlace
from imrgroups.fidelity.actions import binders
from imrgroups.fidelity.models import Binder
from imrgroups.fidelity.models import Review as FidelityReview
from imrgroups.goals.models import FollowUp, Goal
from imrgroups.groups import series
from imrgroups.groups.models import Group, GroupLeader, Meeting, PlannedTopic
from imrgroups.homework.models import Assignment, Review
from imrgroups.library import content
from imrgroups.library.content.shelf import opened
from imrgroups.mypage.actions import answers_of
from imrgroups.mypage.models import FilledSheet
from imrgroups.notes.models import MeetingNote, Signature
from imrgroups.people.models import Consent, HospitalStay, Participant, SupporterContact
from imrgroups.rules.calendar import add_months
from imrgroups.rules.training import Attended, standing
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre, Role, Staff, Training

ROOT = Path(__file__).parent.parent
AS_OF = date(2027, 1, 12)
SMALL = trial.Scale(groups=1)
DATES = [
    date(2026, 11, 22), date(2027, 1, 1), AS_OF, date(2027, 3, 26), date(2027, 7, 15), date(2028, 2, 29), date(2028, 7, 20),
    date(2028, 12, 25),
]


@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_the_plan_has_the_figures_of_the_trial_on_any_day(as_of):
    plan = trial.plan(as_of)
    assert trial.counted(plan) == {"groups": 10, "people": 99, "interviews": 72, "eleven": 52, "fewer": 20}
    groups = [group for group in plan.groups if not group.running]
    assert {group.centre for group in groups} == {0, 1, 2}
    assert all(add_months(group.starts_on, 9) < as_of for group in groups)
    completed = [group for group in groups if group.ended_on > add_months(group.starts_on, 9) - timedelta(days=30)]
    assert len(completed) == 9 and [group.early for group in groups if group not in completed] == [True]
    early = next(group for group in groups if group.early)
    assert set(stock("words")["leaving"]["ended_early"]) <= {person.left_reason for person in early.people}


@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_the_plan_keeps_to_the_calendar_and_to_the_rules_of_marks(as_of):
    plan = trial.plan(as_of)
    for group in plan.groups:
        for number in group.held:
            on = group.on[number]
            assert on not in series.public_holidays("DK", on.year, on.year + 1)
            assert not any(first <= on <= last for first, last, _why in plan.closed[group.centre])
            assert sum(person.marks.get(number) in IN_ROOM for person in group.people) >= 3
        for person in group.people:
            belongs = {
                number for number in group.held
                if person.joined_on <= group.on[number] and (person.left_on is None or group.on[number] <= person.left_on)
            }
            assert set(person.marks) == belongs
            assert all(person.marks.get(number) not in IN_ROOM and on <= as_of for number, (_kind, on) in person.made_up.items())
            assert all(person.marks[number] == "excused" for number in person.told)


@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_two_groups_run_and_leave_something_to_do(as_of):
    today, unrecorded = (group for group in trial.plan(as_of).groups if group.running)
    soon = min(on for on in today.on.values() if on >= as_of)
    free = as_of.weekday() > 4 or as_of in series.public_holidays("DK", as_of.year, as_of.year)
    assert timedelta() < soon - as_of <= timedelta(days=5) if free else soon == as_of
    assert any([person.marks.get(number) for number in today.held[-2:]] == ["absent", "absent"] and not person.told & set(today.held[-2:])
               for person in today.people)
    assert any(person.stay and person.stay[1] is None for person in today.people)
    assert unrecorded.silent not in unrecorded.held and timedelta() < as_of - unrecorded.on[unrecorded.silent] <= timedelta(days=7)
    assert any(person.joined_on > unrecorded.starts_on and person.made_up for person in unrecorded.people)
    assert today.waiting and unrecorded.waiting


@pytest.mark.slow
def test_the_plan_does_not_depend_on_the_order_of_sets():
    code = "from datetime import date; from imrgroups.demo import trial; import hashlib; print(hashlib.sha256(repr([" \
           "(g.people, sorted(g.on.items()), g.held) for g in trial.plan(date(2027, 1, 12)).groups]).encode()).hexdigest())"
    code = code.replace("g.people", "[(p.code, p.name, p.marks, sorted(p.told), p.made_up, p.stay, p.friend) for p in g.people]")
    command = [sys.executable, "-c", code]
    seen = [
        subprocess.run(command, env={"PYTHONHASHSEED": seed, "PATH": ""}, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert seen[0] and seen[0] == seen[1]


def test_there_are_enough_goals_each_with_steps_and_words():
    goals = stock("goals")["goals"]
    assert len(goals) >= 60 and len({goal["text"] for goal in goals}) == len(goals)
    assert all(len(goal["steps"]) == 3 and goal["kept"] and goal["stuck"] for goal in goals)
    assert set(stock("words")["technique"]) == set(content.load().techniques)


def test_two_notes_are_rarely_the_same():
    from random import Random

    words = Words(Random("notes"))
    lines = Counter(words.of_person() for _ in range(200))
    assert lines.most_common(1)[0][1] <= 6
    assert len({words.of_group(["A"], ["role-play"]) for _ in range(40)}) == 40


@pytest.fixture(scope="module")
def small(tmp_path_factory, template):
    """One group of the trial and the two running ones, in a SQLite database of their own."""
    return _built(tmp_path_factory.mktemp("small"), template)


def _built(folder: Path, template: Path):
    (folder / "keys").mkdir()
    for name in ("imrgroups.sqlite", "keys/master.key"):  # one key for all: the ring of a process is one
        (folder / name).write_bytes((template / name).read_bytes())
    app = create_app(Settings(_env_file=None, data=folder, database_url="", demo=True, log_level="ERROR"))
    progress = demo.Progress()
    with app.app_context(), writing():
        demo.build(app, progress, as_of=AS_OF, scale=SMALL)
        db.session.remove()
    return app, progress


@pytest.fixture
def here(small):
    app, progress = small
    with app.app_context():
        yield progress
        db.session.remove()


def count(wanted) -> int:
    return db.session.execute(select(func.count()).select_from(wanted)).scalar_one()


def test_what_was_planned_is_in_the_database(here):
    plan = trial.plan(AS_OF, SMALL)
    assert here.done and not here.failed and here.count == here.total == sum(len(group.held) for group in plan.groups)
    assert demo.state() is demo.State.WHOLE
    codes = {row.id: row.code for row in db.session.execute(select(Participant.id, Participant.code))}
    got = Counter(codes[person] for person in db.session.execute(select(Mark.participant_id).where(Mark.state.in_(IN_ROOM))).scalars())
    got += Counter(codes[person] for person in db.session.execute(select(MakeUp.participant_id)).scalars())
    assert {person.code: person.received for group in plan.groups for person in group.people if person.received} == dict(got)
    for group in plan.groups:
        row = db.session.execute(select(Group).where(Group.code == group.code)).scalar_one()
        held = select(Meeting.number, Meeting.meets_on).where(Meeting.group_id == row.id, Meeting.state == "held")
        assert {row.number: row.meets_on for row in db.session.execute(held)} == {number: group.on[number] for number in group.held}
        assert row.ended_on == group.ended_on and not row.end_reason
    yes = db.session.execute(select(Consent.participant_id).where(Consent.what == "research", Consent.given)).scalars()
    assert {codes[person] for person in yes} == {person.code for group in plan.groups for person in group.people if person.interview}


def test_everything_a_page_shows_is_there(here):
    for model in (Apology, MakeUp, FollowUp, Assignment, Review, MeetingNote, SupporterContact, HospitalStay, WaitingPlace, Enrolment):
        assert count(model) > 0, model.__name__
    assert count(select(Goal).where(Goal.state == "active").subquery()) > 10
    assert count(select(Signature).where(Signature.kind == "countersigned").subquery()) > 100
    homework = db.session.execute(select(Assignment)).scalars().all()
    known = {choice.id for module in content.load().modules.values() for choice in module.homework}
    assert {row.choice for row in homework} - known <= {""} and sum(bool(row.choice) for row in homework) > len(homework) / 2
    assert db.session.execute(select(Staff).where(~Staff.email.endswith(staff.DEMONSTRATION_DOMAIN))).first() is None
    assert all(person.password is None for person in db.session.execute(select(Staff)).scalars())
    languages = set(db.session.execute(select(Participant.language)).scalars())
    assert "da" in languages and len(languages) > 1


def test_every_meeting_finds_its_plan_handouts_and_worksheets_in_the_language_of_its_group(here):
    shelf, programme = opened(), content.load()
    planned = select(Meeting.id, Group.language, PlannedTopic.module, PlannedTopic.topic).join(Meeting.group)
    rows = db.session.execute(planned.join(PlannedTopic, PlannedTopic.meeting_id == Meeting.id)).all()
    assert len({row.id for row in rows}) > 60 and {row.language for row in rows} == {"da"}
    for row in rows:
        topic = programme.topic(row.module, row.topic)
        for page in (f"guide-{row.module}-{row.topic}", topic.handout, *topic.worksheets):
            found = shelf.page(page, row.language)
            assert row.language in found.offered and not found.document.missing, (row, page)


def test_some_participants_have_a_page_of_their_own_with_sheets_on_it(here):
    assert count(Card) >= 2
    sheets = db.session.execute(select(FilledSheet)).scalars().all()
    assert {row.shared for row in sheets} == {True, False} and {row.language for row in sheets} >= {"da"}
    for row in sheets:
        names = {field.name for field in content.fields(content.load().document(row.worksheet))}
        assert set(answers_of(row).values) <= names, row.worksheet
def test_leaders_were_trained_before_their_group_and_supervised_after_it_and_one_was_forgotten(here):
    attended = defaultdict(list)
    for row in db.session.execute(select(Training)).scalars():
        attended[row.staff_id].append(Attended(row.kind, row.attended_on, row.minutes))
    for group in db.session.execute(select(Group).options(selectinload(Group.leaders))).scalars():
        for person in group.leaders:
            assert standing(attended[person.id], group.starts_on, year=2026).trained, person.name
    leaders = db.session.execute(select(GroupLeader.staff_id)).scalars()
    stands = {key: standing(attended[key], AS_OF, year=2026) for key in leaders}
    assert [key for key, one in stands.items() if one.supervision_due] == [max(stands)] and all(one.times for one in stands.values())
    assessors = select(Role.staff_id).where(Role.name == "assessor")
    assert all(standing(attended[key], AS_OF, year=2026).scale_on for key in db.session.execute(assessors).scalars())


def test_each_review_has_a_binder_and_those_long_over_left_a_receipt(here):
    rows = db.session.execute(select(Binder)).scalars().all()
    reviewed = select(FidelityReview.id).where(FidelityReview.state.in_(("rating", "final", "closed")))
    assert {row.review_id for row in rows} == set(db.session.execute(reviewed).scalars()) and len(rows) >= 3
    for row in rows:
        opened = binders.opened(row)
        assert opened.whole and (opened.content is None) == (binders.closes_on(row) < AS_OF), row.data_on
    assert any(row.closed_at for row in rows) and any(row.closed_at is None for row in rows)


def test_the_running_groups_have_notes_to_sign_and_a_register_to_fill(here):
    today, unrecorded = (db.session.execute(select(Group).where(Group.code == code)).scalar_one() for code in ("G11", "G12"))
    last = db.session.execute(
        select(Meeting).where(Meeting.group_id == today.id, Meeting.state == "held").order_by(Meeting.meets_on.desc()).limit(1)
    ).scalar_one()
    notes = list(db.session.execute(select(MeetingNote.id).where(MeetingNote.meeting_id == last.id)).scalars())
    assert notes and not db.session.execute(select(Signature).where(Signature.note_id.in_(notes))).first()
    silent = db.session.execute(
        select(Meeting).where(Meeting.group_id == unrecorded.id, Meeting.meets_on < AS_OF).order_by(Meeting.meets_on.desc()).limit(1)
    ).scalar_one()
    assert silent.state == "planned" and not db.session.execute(select(Mark).where(Mark.meeting_id == silent.id)).first()


def test_the_history_is_told_in_the_order_of_time_and_its_chain_is_whole(here):
    for centre in db.session.execute(select(Centre)).scalars():
        assert audit.broken_links(centre.id) == []
        entries = select(AuditEntry.at).where(AuditEntry.centre_id == centre.id).order_by(AuditEntry.number)
        when = db.session.execute(entries).scalars().all()
        late = [later for earlier, later in zip(when, when[1:], strict=False) if later < earlier - timedelta(days=1)]
        assert not late, "entries more than a day out of order"
        assert max(when) < datetime(2027, 1, 13, tzinfo=UTC)


def test_a_whole_demonstration_is_not_built_twice(here, small):
    with writing(), pytest.raises(demo.CannotBuild, match="here already"):
        demo.build(small[0], demo.Progress(), as_of=AS_OF, scale=SMALL)


class Until(demo.Progress):
    """Stops the builder after so many steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def step(self, breath: float, *, meeting: bool) -> None:
        self.steps -= 1
        if self.steps == 0:
            self.stop()
        super().step(breath, meeting=meeting)


def test_a_half_built_demonstration_is_noticed_and_built_anew(app):
    with pytest.raises(demo.Stopped):
        demo.build(app, Until(25), as_of=AS_OF, scale=SMALL)
    assert demo.state() is demo.State.HALF
    before = set(db.session.execute(select(Participant.id)).scalars())
    assert before
    db.session.rollback()
    with pytest.raises(demo.Stopped):
        demo.build(app, Until(40), as_of=AS_OF, scale=SMALL)
    after = db.session.execute(select(Participant.code, Participant.id)).all()
    assert len(after) == len({row.code for row in after}) and not before & {row.id for row in after}
    assert count(select(AuditEntry).where(AuditEntry.action == demo.BEGUN).subquery()) == 1
    assert count(Centre) == 3


def test_somebody_real_is_never_swept_away(app):
    with pytest.raises(demo.Stopped):
        demo.build(app, Until(5), as_of=AS_OF, scale=SMALL)
    centre = db.session.execute(select(Centre)).scalars().first()
    now = datetime(2027, 1, 12, tzinfo=UTC)
    staff.add_staff(email="real@centre.example", name="Somebody Real", roles=[(centre.id, "leader")], by=None, now=now)
    assert demo.state() is demo.State.OTHER
    with pytest.raises(demo.CannotBuild, match="not empty"):
        demo.build(app, demo.Progress(), as_of=AS_OF, scale=SMALL)
    assert db.session.execute(select(Staff).where(Staff.name == "Somebody Real")).first()


def test_a_database_with_a_centre_of_its_own_is_left_alone(world, app):
    assert demo.state() is demo.State.OTHER
    with pytest.raises(demo.CannotBuild, match="not empty"):
        demo.build(app, demo.Progress(), as_of=AS_OF, scale=SMALL)


@pytest.mark.skipif(sys.platform == "win32", reason="locks are tried with fcntl")
def test_two_builders_do_not_meet(app, tmp_path):
    import fcntl

    with (tmp_path / demo.LOCK).open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(demo.CannotBuild, match="another process"):
            demo.build(app, demo.Progress(), as_of=AS_OF, scale=SMALL)


@pytest.mark.slow
def test_two_builds_of_the_same_day_export_the_same_bytes(small, tmp_path, template):
    from imrgroups.overview import actions as overview

    first, second = tmp_path / "first", tmp_path / "second"
    (tmp_path / "again").mkdir()
    for app, folder in ((small[0], first), (_built(tmp_path / "again", template)[0], second)):
        with app.app_context():
            overview.export_bundle(folder)
            db.session.remove()
    files = sorted(path.name for path in first.iterdir())
    assert files == sorted(path.name for path in second.iterdir()) and len(files) > 20
    assert [name for name in files if (first / name).read_bytes() != (second / name).read_bytes()] == []


@pytest.mark.slow
def test_the_whole_demonstration_has_the_figures_of_the_trial(app):
    progress = demo.Progress()
    demo.build(app, progress, as_of=AS_OF)
    assert progress.done and progress.count == progress.total > 300
    ended = select(Group.id).where(Group.ended_on.is_not(None))
    assert count(ended.subquery()) == 10 and count(ended.where(Group.end_reason != "").subquery()) == 1 and count(Group) == 12
    people = set(db.session.execute(select(Enrolment.participant_id).where(Enrolment.group_id.in_(ended))).scalars())
    assert len(people) == 99
    got = Counter(db.session.execute(select(Mark.participant_id).where(Mark.state.in_(IN_ROOM), Mark.participant_id.in_(people))).scalars())
    got += Counter(db.session.execute(select(MakeUp.participant_id).where(MakeUp.participant_id.in_(people))).scalars())
    interviewed = set(db.session.execute(select(Consent.participant_id).where(Consent.what == "research", Consent.given)).scalars())
    assert len(interviewed) == 72
    assert sum(got[person] >= 11 for person in interviewed) == 52 and sum(got[person] < 11 for person in interviewed) == 20
    last = select(func.max(Meeting.meets_on)).where(Meeting.group_id.in_(ended), Meeting.state == "held")
    assert db.session.execute(last).scalar() < AS_OF
    _reviews_give_the_published_table()


def _reviews_give_the_published_table():
    import json

    from imrgroups.fidelity.evidence import sheets
    from imrgroups.fidelity.models import Review as FidelityReview
    from imrgroups.rules.fidelity.agreement import Reviewed, across, printed

    published = json.loads((ROOT / "imrgroups/demo/danish_reviews.json").read_text(encoding="utf-8"))["published"]
    rows = list(db.session.execute(select(FidelityReview).where(FidelityReview.state == "closed")).scalars())
    found = across([Reviewed(row.kind, sheets.outcome(row).scores) for row in rows], range(1, 14), ("midway", "final"))
    lines = [(row["mean"], row["n"]) for row in published["items"]]
    assert [(str(printed(each.mean, 1)), each.n) for each in found.items.values()] == lines
    assert {kind: (str(printed(each.mean, 1)), str(printed(each.sd, 1)), each.n) for kind, each in found.kinds.items()} == {
        "midway": ("4.2", "0.3", 10), "final": ("4.9", "0.2", 9),
    }


def test_the_day_of_an_assessor_and_answers_of_participants_are_there_to_look_at(here):
    from imrgroups.fidelity.models import DayTask, DrawnPerson, InterviewNote, Observation
    from imrgroups.outcomes import voice
    from imrgroups.outcomes.models import AnswerSheet

    assert count(DayTask) >= 8 and count(Observation) >= 10 and count(InterviewNote) >= 8 and count(DrawnPerson) >= 3
    assert len(set(db.session.execute(select(InterviewNote.role)).scalars())) >= 2
    now = datetime(2027, 1, 12, tzinfo=UTC)
    for group in db.session.execute(select(Group.id).where(Group.ended_on.is_(None))).scalars():
        told = voice.together(group, now)
        assert told.asked > told.answered > 10 and all(len(question.cells) > 1 for question in told.told)
    assert set(db.session.execute(select(AnswerSheet.channel)).scalars()) == {"text", "paper"}


def test_advice_of_a_final_review_nudges_the_leaders_of_a_running_group(here):
    from imrgroups.fidelity.evidence.nudges import nudges

    running = {code: key for key, code in db.session.execute(select(Group.id, Group.code).where(Group.ended_on.is_(None)))}
    assert {nudge.late for nudge in nudges([running["G12"]], AS_OF)} == {True, False} and nudges([running["G11"]], AS_OF) == []


def test_a_review_is_under_way_and_one_assessor_has_handed_in(here):
    from imrgroups.fidelity.evidence import access, sheets
    from imrgroups.fidelity.models import Review as FidelityReview

    review = db.session.execute(
        select(FidelityReview).join(Group).where(Group.code == "G11", FidelityReview.kind == "midway")
    ).scalar_one()
    assert review.state == "rating" and sheets.shared(review) == {}
    assert access.window_of(review).opens_on <= AS_OF <= access.window_of(review).closes_on
    assert sorted(len(sheets.own(review.id, row.staff_id)) for row in review.assessors) == [6, 10]
    assert review.group.centre_id not in {role.centre_id for row in review.assessors for role in row.staff.roles}
