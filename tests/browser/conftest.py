"""A real Chromium on a served demonstration. Without a Chromium these tests are skipped with a line; where CI is set they fail."""

import os
import shutil
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
from waitress import create_server

from imrgroups import create_app, demo, secret
from imrgroups.config import Settings
from imrgroups.db import db, writing
from imrgroups.demo import trial

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """The address of the program with a small demonstration in it, and the keys of things to look at."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium is installed, and CI must not leave the browser tests out")
        pytest.skip("no Chromium is installed; install Debian's package chromium to run the browser tests")
    app = create_app(
        Settings(_env_file=None, data=tmp_path_factory.mktemp("served"), database_url="", demo=True, log_level="ERROR"),
        RATELIMIT_ENABLED=False,
    )
    with app.app_context(), writing():
        from flask_migrate import upgrade

        upgrade()
        demo.build(app, demo.Progress(), as_of=datetime.now(UTC).date(), scale=trial.Scale(groups=1))
        things = {**_things(), "ring": secret.ring()}
        db.session.remove()
    listener = socket.create_server(("127.0.0.1", 0))
    server = create_server(app, sockets=[listener], threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", things
    server.close()


def _things() -> dict[str, object]:
    """Keys that the pages' addresses need: a running group, a meeting held and one to come, a person in it."""
    from sqlalchemy import select

    from imrgroups.enrolment.models import Enrolment
    from imrgroups.fidelity.models import Binder, Review, ReviewAssessor
    from imrgroups.groups.models import Group, Meeting
    from imrgroups.staff.models import Role

    group = db.session.execute(select(Group).where(Group.ended_on.is_(None)).order_by(Group.code)).scalars().first()
    held, coming = (
        db.session.execute(select(Meeting.id).where(Meeting.group_id == group.id, Meeting.state == state).order_by(order))
        .scalars()
        .first()
        for state, order in (("held", Meeting.meets_on.desc()), ("planned", Meeting.meets_on))
    )
    people = {
        name: db.session.execute(select(Role.staff_id).where(Role.name == name, Role.centre_id == group.centre_id))
        .scalars()
        .first()
        for name in ("coordinator", "assessor", "administrator")
    }
    reviews = {row.kind: row.id for row in db.session.execute(select(Review).where(Review.group_id == group.id)).scalars()}
    unrecorded = select(Meeting).where(Meeting.state == "planned", Meeting.starts_at < datetime.now(UTC) - timedelta(days=1))
    late = db.session.execute(unrecorded).scalars().first()
    reported = db.session.execute(select(Review.id).where(Review.state == "closed")).scalars().first()
    people["assessor"] = (
        db.session.execute(select(ReviewAssessor.staff_id).where(ReviewAssessor.review_id == reviews["midway"])).scalars().first()
    )
    person = db.session.execute(select(Enrolment.participant_id).where(Enrolment.group_id == group.id)).scalars().first()
    open_review = select(Review).join(Binder).where(Review.group_id == group.id, Binder.closed_at.is_(None))
    review = db.session.execute(open_review).scalars().first()
    visiting = select(ReviewAssessor.staff_id).where(ReviewAssessor.review_id == review.id).order_by(ReviewAssessor.interviewing)
    people["visiting"] = db.session.execute(visiting).scalars().first()
    return {
        **_of_people(group.id),
        "names": _names(),
        "group": group.id,
        "leading": group.leaders[0].id,
        "centre": group.centre_id,
        "held": held,
        "coming": coming,
        "unrecorded": late.id,
        "person": person,
        "review": reviews["midway"],
        "final": reviews["final"],
        "reported": reported,
        "staff": {"leader": group.leaders[0].id, "late": late.group.leaders[0].id, **people},
    }


def _names() -> list[str]:
    """What the people of the demonstration and those who lead are called, whole and as a screen in the room shows it."""
    from sqlalchemy import select

    from imrgroups.people.models import Participant, Supporter, short_name
    from imrgroups.staff.models import Staff

    found = {row.name for model in (Participant, Supporter, Staff) for row in db.session.execute(select(model)).scalars()}
    return sorted({*found, *map(short_name, found)} - {""})


def _of_people(group_id: int) -> dict[str, int]:
    """Keys of one thing of each kind that belongs to somebody in the group."""
    from sqlalchemy import Select, select

    from imrgroups.attendance.models import Mark
    from imrgroups.enrolment.models import Enrolment
    from imrgroups.goals.models import Goal
    from imrgroups.groups.models import Meeting
    from imrgroups.mypage.models import FilledSheet
    from imrgroups.outreach.models import CallTask
    from imrgroups.people.models import Supporter

    def first(wanted: Select) -> tuple[int, int]:
        return tuple(db.session.execute(wanted.limit(1)).one())

    here = select(Enrolment.participant_id).where(Enrolment.group_id == group_id, Enrolment.left_on.is_(None))
    missed = select(Mark.participant_id, Mark.meeting_id).join(Meeting).where(Meeting.group_id == group_id, Mark.state == "absent")
    goal = first(select(Goal.participant_id, Goal.id).where(Goal.group_id == group_id))
    away = first(missed)
    sheet = first(select(FilledSheet.participant_id, FilledSheet.id).where(FilledSheet.participant_id.in_(here), FilledSheet.shared))
    return {
        "person_with_goal": goal[0], "goal": goal[1], "person_away": away[0], "missed": away[1],
        "person_with_sheet": sheet[0], "sheet": sheet[1],
        "supporter": first(select(Supporter.id, Supporter.id).where(Supporter.participant_id.in_(here)))[0],
        "call": first(select(CallTask.id, CallTask.id).where(CallTask.group_id == group_id))[0],
    }


@pytest.fixture(autouse=True)
def its_own_keys(served):
    """Other tests in this process load other keys; the served program needs its own again."""
    secret.use(served[1]["ring"])


@pytest.fixture(scope="session")
def chromium(served):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(served, chromium):
    """`page = signed_in("leader", width=1024, scripts=True)`: a page of somebody signed in, one a role and kind."""
    base, things = served
    pages = {}

    def open_page(role: str = "", width: int = 1024, scripts: bool = True):
        key = (role, width, scripts)
        if key not in pages:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, java_script_enabled=scripts, base_url=base, locale="en"
            )
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.goto("/")
            if role == "participant":
                page.locator('form[action^="/demonstration/page/"] button').first.click()
                page.wait_for_url("**/me")
            elif role:
                button = page.locator(f'form[action="/demonstration/sign-in/{things["staff"][role]}"] button')
                if not button.is_visible():
                    page.locator("summary").click()
                button.click()
                page.wait_for_url("**/today")
            pages[key] = page
        return pages[key]

    return open_page
