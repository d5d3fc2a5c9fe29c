"""How staff sign in: Flask-Security's settings, our sign-in form with its own throttling, and the session row of each browser."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, g, request, session
from flask_login import user_logged_in, user_logged_out
from flask_security import LoginForm
from flask_security.signals import password_changed, password_reset
from wtforms import HiddenField

from imrgroups import auth, config, secret
from imrgroups.db import db, writing
from imrgroups.forms import one_line
from imrgroups.i18n import gettext
from imrgroups.staff import actions
from imrgroups.staff.models import Staff

WINDOW = timedelta(minutes=15)
LIMIT = 10
SEEN_EVERY = timedelta(minutes=5)


class SignInForm(LoginForm):  # type: ignore[misc]
    """Flask-Security's form without "remember me", refusing an address or a place that failed too often just now."""

    remember = HiddenField()
    throttled = False

    def validate(self, **kwargs: Any) -> bool:
        """Check the throttle first, then the password; a failure is counted, a success is not."""
        now = config.now()
        subjects = [secret.lookup(f"sign-in {one_line(self.email.data).lower()}"), secret.lookup(f"sign-in from {request.remote_addr}")]
        if actions.failed_sign_ins(subjects[0], since=now - WINDOW) >= LIMIT or actions.failed_sign_ins(
            subjects[1], since=now - WINDOW
        ) >= 10 * LIMIT:
            self.throttled = True
            self.form_errors.append(gettext("Too many tries. Wait fifteen minutes, then try again."))
            return False
        if super().validate(**kwargs):
            return True
        actions.count_failed_sign_in(subjects, now=now)
        return False


def configuration(settings: config.Settings, ring: secret.Ring) -> dict[str, Any]:
    """The settings of Flask-Security that this program fixes."""
    return {
        "SECURITY_PASSWORD_SALT": ring.derive("password").hex(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_PASSWORD_COMPLEXITY_CHECKER": None,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_REGISTERABLE": False,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RECOVERABLE": False,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_CHANGE_URL": "/account/password",
        "SECURITY_POST_LOGIN_VIEW": "/today",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_TWO_FACTOR": settings.mfa != "off",
        "SECURITY_TWO_FACTOR_REQUIRED": settings.mfa == "required",
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_SETUP_URL": "/account/two-factor",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": settings.mfa != "off",
        "SECURITY_TOTP_SECRETS": {"1": ring.derive("totp").hex()},
        "SECURITY_TOTP_ISSUER": "imrgroups",
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_FRESHNESS": timedelta(minutes=30),
        "SECURITY_DATETIME_FACTORY": config.now,
    }


def init_app(app: Flask) -> None:
    """Give each browser that signs in a session row, and end it when it signs out or the password changes."""
    user_logged_in.connect(_open, app)
    user_logged_out.connect(_close, app)
    app.after_request(_touch)
    password_changed.connect(_close_others, app)
    password_reset.connect(_close_others, app)


def _open(app: Flask, user: Staff, **_: Any) -> None:
    token = secrets.token_urlsafe(32)
    session[auth.TOKEN] = token
    actions.open_session(staff_id=user.id, token_hash=auth.token_hash(token), device=_device(), by=user.id, now=config.now())


def _close(app: Flask, user: Staff, **_: Any) -> None:
    token = session.pop(auth.TOKEN, None)
    if token:
        actions.end_session(token_hash=auth.token_hash(token), by=user.id, now=config.now())


def _close_others(app: Flask, user: Staff, **_: Any) -> None:
    token = session.get(auth.TOKEN)
    actions.end_sessions(staff_id=user.id, but=auth.token_hash(token) if token else None, by=user.id, now=config.now())


def _touch(response: Response) -> Response:
    ties, token, now = g.get("ties"), session.get(auth.TOKEN), config.now()
    if ties is not None and token and now - ties.seen_at > SEEN_EVERY:
        db.session.rollback()
        with writing():
            actions.session_seen(token_hash=auth.token_hash(token), by=ties.staff_id, now=now)
    return response


def _device() -> str:
    agent = request.user_agent.string
    system = next((name for name in ("iPhone", "iPad", "Android", "Windows", "Mac OS", "Linux") if name in agent), "")
    browser = next((name for name in ("Edg", "Firefox", "Chrome", "Safari") if name in agent), "")
    return " ".join(filter(None, (browser.replace("Edg", "Edge"), system)))


def limits(settings: config.Settings, now: datetime) -> tuple[datetime, datetime]:
    """The instants before which a session is over: by its start, and by when it was last seen."""
    return now - timedelta(hours=settings.session_hours), now - timedelta(minutes=settings.idle_minutes)
