"""What the program does by itself: due jobs run, a failing one holds up nobody, and the worker leaves its beat."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from imrgroups import config, jobs, secret, serving
from imrgroups.db import db
from imrgroups.jobs import Job
from imrgroups.staff import actions as staff
from imrgroups.staff.models import SignInAttempt, StaffSession
from tests.conftest import NOW


def test_every_job_can_be_tried_without_doing_anything(world):
    jobs.once("plan-reviews", NOW)
    for job in jobs.all_jobs():
        reminded = 3 if job.name == "plan-reminders" else 0  # of today's meeting, whose reminder nobody planned yesterday
        assert jobs.once(job.name, NOW, dry_run=True) == reminded, job.name


def test_a_job_nobody_knows_is_an_error(app):
    with pytest.raises(KeyError):
        jobs.once("make-coffee", NOW)


def test_old_attempts_and_sessions_are_swept_once_and_young_ones_stay(world):
    by, old = world.staff["Dana"].id, NOW - timedelta(days=3)
    for key, at in (("old", old), ("young", NOW - timedelta(hours=1))):
        staff.begin_tries({secret.lookup(key): 9}, since=at, by=None, now=at)
        staff.open_session(staff_id=by, token_hash=key.encode(), device="", by=by, now=at)
    for name in ("forget-sign-in-failures", "end-old-sessions"):
        assert jobs.once(name, NOW, dry_run=True) == 1
        assert jobs.once(name, NOW) == 1
        assert jobs.once(name, NOW) == 0, f"{name} finds nothing the second time"
    assert db.session.execute(select(SignInAttempt.subject)).scalars().all() == [secret.lookup("young")]
    ended = {row.token_hash: row.ended_at for row in db.session.execute(select(StaffSession)).scalars()}
    assert ended[b"old"] == NOW and ended[b"young"] is None


def test_due_jobs_run_and_the_others_wait_for_their_time(app, frozen, monkeypatch):
    ran = []
    work = (Job("often", timedelta(minutes=1), lambda now, _dry: ran.append(("often", now)) or 1, "Often."),
            Job("seldom", timedelta(hours=1), lambda now, _dry: ran.append(("seldom", now)) or 1, "Seldom."))
    monkeypatch.setattr(jobs, "all_jobs", lambda: work)
    clockwork = jobs.Clockwork(app)
    clockwork.tick()
    frozen.shift(timedelta(seconds=30))
    clockwork.tick()
    assert [name for name, _at in ran] == ["often", "seldom"], "nothing is due after half a minute"
    frozen.shift(timedelta(seconds=30))
    clockwork.tick()
    assert ran[2:] == [("often", NOW + timedelta(minutes=1))]
    frozen.shift(timedelta(hours=72))
    clockwork.tick()
    assert [name for name, _at in ran[3:]] == ["often", "seldom"], "after days off each runs once, not once for every time missed"


def test_a_failing_job_is_logged_by_its_name_and_the_next_one_runs(app, frozen, monkeypatch, capsys):
    ran = []

    def fail(now, dry_run):
        raise RuntimeError("Amal Haddad")

    every = timedelta(minutes=1)
    work = (Job("broken", every, fail, "Fails."), Job("whole", every, lambda *_: ran.append(1) or 1, "Works."))
    monkeypatch.setattr(jobs, "all_jobs", lambda: work)
    jobs.Clockwork(app).tick()
    said = capsys.readouterr().out
    assert ran == [1] and "broken" in said and "RuntimeError" in said
    assert "Amal" not in said, "what an error says may hold a name"


def test_each_tick_leaves_a_beat_that_health_reads(app, frozen, monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "all_jobs", tuple)
    assert jobs.beat_at(tmp_path) is None and not serving.health_now(config.now()).worker
    jobs.Clockwork(app).tick()
    assert jobs.beat_at(tmp_path) == NOW
    found = serving.health_now(NOW + timedelta(seconds=90))
    assert found.worker and found.database and found.disk and found.ok
    assert not serving.health_now(NOW + timedelta(minutes=2)).worker, "a dead worker shows within two minutes"


def test_a_beat_that_cannot_be_written_does_not_stop_the_worker(app, frozen, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(jobs, "all_jobs", tuple)
    (tmp_path / "worker.part").mkdir()
    jobs.Clockwork(app).tick()
    assert jobs.beat_at(tmp_path) is None and "beat" in capsys.readouterr().out


def test_a_beat_that_is_no_time_counts_as_none(tmp_path):
    (tmp_path / jobs.BEAT).write_text("soon")
    assert jobs.beat_at(tmp_path) is None


def test_the_clockwork_ticks_at_once_and_stops_without_leaving_a_thread(app, monkeypatch):
    ticked, before = threading.Event(), threading.active_count()
    monkeypatch.setattr(jobs, "all_jobs", lambda: (Job("tick", timedelta(0), lambda *_: ticked.set() or 0, "Ticks."),))
    db.session.rollback()
    with serving.worker(app):
        assert ticked.wait(10)
    assert threading.active_count() == before


def test_health_is_open_small_and_red_without_a_worker(app, frozen, monkeypatch):
    answer = app.test_client().get("/health")
    assert answer.status_code == 503 and answer.json == {"ok": False, "database": True, "worker": False, "disk": True, "messages": True}
    monkeypatch.setattr(jobs, "all_jobs", tuple)
    jobs.Clockwork(app).tick()
    answer = app.test_client().get("/health")
    assert answer.status_code == 200 and answer.json["ok"] and answer.mimetype == "application/json"


def test_health_is_red_with_a_full_disk_or_a_database_of_another_revision(app, frozen, monkeypatch):
    monkeypatch.setattr(serving, "FREE_BYTES", 10**18)
    assert not serving.health_now(NOW).disk
    monkeypatch.setitem(app.extensions, "imrgroups.revision", "0000_another")
    assert not serving.health_now(NOW).database
