"""What the program does by itself. APScheduler only ticks; what is due is read from our own rows each time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from flask import Flask, current_app

from imrgroups import config, sms
from imrgroups.db import db, writing

TICK_SECONDS = 30
BEAT = "worker.beat"
log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """One thing to do again and again. run: (now, dry run) -> how many things were done, or would be; safe at any time, twice, or late."""

    name: str
    every: timedelta
    run: Callable[[datetime, bool], int]
    sentence: str


def all_jobs() -> tuple[Job, ...]:
    """Every job of the program."""
    from imrgroups.fidelity.actions import binders, reminders, reviews
    from imrgroups.mypage import actions as mypage
    from imrgroups.outcomes import actions as outcomes
    from imrgroups.outreach.actions import changes, endings, nudges, planning, tostaff
    from imrgroups.outreach.actions import ladder as after
    from imrgroups.staff import actions as staff

    return (
        Job("forget-sign-in-failures", timedelta(hours=1), staff.sweep_attempts, "Forgets failed sign-ins older than a day."),
        Job("end-old-sessions", timedelta(minutes=10), staff.sweep_sessions, "Ends signed-in sessions that are past their time."),
        Job("remind-assessors", timedelta(hours=1), reminders.remind, "Reminds assessors of what is left to rate, each thing once."),
        Job("forget-own-sessions", timedelta(hours=6), mypage.sweep_pages, "Forgets sign-ins to participants' pages older than two days."),
        Job("plan-reviews", timedelta(minutes=10), reviews.sweep, "Plans the mid-way and the final review of each running group."),
        Job("plan-reminders", timedelta(minutes=10), planning.plan_reminders, "Plans reminders of meetings, the day before at ten."),
        Job("plan-missed", timedelta(minutes=10), planning.plan_missed, "Plans a kind message to whoever missed a meeting."),
        Job("plan-changes", timedelta(minutes=10), changes.plan_changes, "Tells of meetings moved or cancelled, by message or call."),
        Job("plan-endings", timedelta(minutes=10), endings.plan_endings, "Tells that a group has ended, and takes off calls of no use."),
        Job("plan-calls", timedelta(minutes=30), after.plan_calls, "Asks a leader to call, the day after a missed meeting."),
        Job("plan-offers", timedelta(minutes=30), after.plan_offers, "Offers two times for catching up, the third day."),
        Job("plan-nudges", timedelta(minutes=30), nudges.plan_nudges, "Plans nudges about homework, where somebody said yes to them."),
        Job("plan-staff-texts", timedelta(minutes=2), tostaff.plan_staff, "Plans a text to leaders who asked for it: something waits."),
        Job("send-messages", timedelta(seconds=TICK_SECONDS), _send, "Sends the messages that are due, each once."),
        Job("find-messages", timedelta(minutes=1), _find, "Finds out about messages whose sender was cut off."),
        Job("expire-messages", timedelta(minutes=10), _expire, "Gives up messages whose time is past, and letters of no use any more."),
        Job("fetch-replies", timedelta(minutes=5), _fetch, "Fetches replies that came in while nobody listened."),
        Job("ask-after-modules", timedelta(hours=1), outcomes.ask_after_modules, "Asks three short questions when a module is over."),
        Job("take-answers", timedelta(minutes=1), outcomes.take_replies, "Takes answers that came by text, and asks what comes next."),
        Job(
            "delete-at-retention", timedelta(hours=6), _delete_at_retention,
            "Deletes every row of a person ten years after the last thing written of them (more by setting), and leaves a count.",
        ),
        Job(
            "close-binders", timedelta(hours=1), binders.sweep,
            "Deletes the copies in a binder four weeks after the final report, or after its review was open, and leaves a receipt.",
        ),
    )


def _delete_at_retention(now: datetime, dry_run: bool) -> int:
    from imrgroups.people.actions import retention

    return retention.sweep(now, dry_run, years=current_app.config["SETTINGS"].retention_years)


def _send(now: datetime, dry_run: bool) -> int:
    from imrgroups.outreach.actions import sending

    return sending.count_due(now) if dry_run else sending.send_due(_gateway(), now)


def _find(now: datetime, dry_run: bool) -> int:
    from imrgroups.outreach.actions import sending

    return sending.count_left_behind(now) if dry_run else sending.reconcile(_gateway(), now)


def _expire(now: datetime, dry_run: bool) -> int:
    from imrgroups.outreach.actions import letters, sending

    return sending.expire(now, dry_run) + letters.end_letters(now, dry_run)


def _fetch(now: datetime, dry_run: bool) -> int:
    from imrgroups.outreach import actions as outreach

    return 0 if dry_run else outreach.poll(_gateway(), now)


def _gateway() -> sms.Gateway:
    return sms.gateway(current_app.config["SETTINGS"])


def once(name: str, now: datetime, *, dry_run: bool = False) -> int:
    """Run one job now; returns how many things it did. Raises KeyError for a name there is no job of."""
    job = {job.name: job for job in all_jobs()}[name]
    with writing():
        try:
            return job.run(now, dry_run)
        finally:
            db.session.remove()


def beat_at(folder: Path) -> datetime | None:
    """When the worker of this data folder last ticked; None when it never did."""
    try:
        return datetime.fromisoformat((folder / BEAT).read_text().strip())
    except (OSError, ValueError):
        return None


class Clockwork:
    """Ticks every half minute while the program runs and starts what is due; each tick leaves its time in the data folder."""

    def __init__(self, app: Flask) -> None:
        self.app, self.last_at = app, dict[str, datetime]()

    def start(self) -> None:
        """Start ticking in the background; never called when a module is imported."""
        from apscheduler.schedulers.background import BackgroundScheduler

        self.scheduler = BackgroundScheduler(timezone="UTC")
        self.scheduler.add_job(
            self.tick, "interval", seconds=TICK_SECONDS, coalesce=True, max_instances=1, misfire_grace_time=None, next_run_time=config.now()
        )
        self.scheduler.start()

    def stop(self) -> None:
        """Stop ticking; a job that runs now is let finish."""
        self.scheduler.shutdown(wait=True)

    def tick(self) -> None:
        """Run every job whose time has come; one that fails is logged and does not hold up the others."""
        now = config.now()
        self._beat()  # first, so that a long job does not look like a dead worker
        with self.app.app_context():
            for job in all_jobs():
                last = self.last_at.get(job.name)
                if last is not None and now - last < job.every:
                    continue
                self.last_at[job.name] = now
                try:
                    once(job.name, config.now())  # not the beginning of the tick: the jobs before may have taken long
                except Exception as error:
                    log.error("a job failed", job=job.name, error=type(error).__name__)
        self._beat()

    def _beat(self) -> None:
        path = Path(self.app.config["DATA"]) / BEAT
        try:
            part = path.with_suffix(".part")
            part.write_text(config.now().isoformat())
            part.replace(path)
        except OSError as error:  # a full disk: /health says so, and the next tick tries again
            log.error("the beat of the worker cannot be written", error=type(error).__name__)
