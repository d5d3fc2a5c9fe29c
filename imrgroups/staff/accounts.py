"""How staff sign in: Flask-Security's settings and forms in our words, throttling, one-time codes, and the session row of each browser."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from flask_login import user_logged_in, user_logged_out
from flask_security import ChangePasswordForm, LoginForm, MfRecoveryForm, Totp, TwoFactorVerifyCodeForm, VerifyForm, current_user
from flask_security.signals import password_changed, tf_disabled, tf_profile_changed

from imrgroups import auth, config, guest, secret
from imrgroups.db import db, writing
from imrgroups.forms import one_line
from imrgroups.i18n import gettext
from imrgroups.staff import actions
from imrgroups.staff.forms import MESSAGES, HelpForm, SetupForm
from imrgroups.staff.models import Staff

WINDOW = timedelta(minutes=15)
LIMIT = 10
SEEN_EVERY = timedelta(minutes=5)
KNOWN = guest.Known("known", "known-browser")


class Throttled:
    """Part of each form that checks a secret: after ten wrong ones in a quarter of an hour it refuses without looking.

    A try is put down before it is checked and taken back when it was right, so that tries at the same time count each other.
    A browser that has signed in as this person before has a count of its own: strangers cannot lock its owner out.
    """

    throttled = False
    step = "sign-in"

    def whom(self) -> str:
        """The address of whoever the secret belongs to."""
        return str(self.user.email)  # type: ignore[attr-defined]

    def was_guess(self) -> bool:
        """Whether what failed was the secret itself."""
        return True

    def validate(self, **kwargs: Any) -> bool:
        """Count, then check, then take the count back where nothing was guessed wrong."""
        now = config.now()
        tries = actions.begin_tries(_subjects(self.step, self.whom()), since=now - WINDOW, by=None, now=now)
        if tries is None:
            self.throttled = True
            self.form_errors = [gettext("Too many tries. Wait fifteen minutes, then try again.")]
            return False
        passed = bool(super().validate(**kwargs))  # type: ignore[misc]
        if passed or not self.was_guess():
            actions.forget_tries(tries, by=None, now=now)
        return passed


def _subjects(step: str, address: str) -> dict[str, int]:
    """What is counted, as keyed hashes, with how many wrong tries each may have."""
    typed = one_line(address).lower()
    known = KNOWN.names().get(secret.lookup(f"known {typed}"))
    if known:
        return {secret.lookup(f"{step} known {known}"): LIMIT}
    return {secret.lookup(f"{step} {typed}"): LIMIT, secret.lookup(f"{step} from {request.remote_addr}"): 10 * LIMIT}


class SignInForm(Throttled, LoginForm):  # type: ignore[misc]
    """Address and password, without "remember me"."""

    remember = None

    def whom(self) -> str:
        """The address as it was typed."""
        return str(self.email.data or "")


class CodeForm(Throttled, TwoFactorVerifyCodeForm):  # type: ignore[misc]
    """The code of the authenticator app."""

    step = "code"


class RecoveryForm(Throttled, MfRecoveryForm):  # type: ignore[misc]
    """A recovery code, when the phone is lost."""

    step = "code"


class AgainForm(Throttled, VerifyForm):  # type: ignore[misc]
    """The password once more, before something important."""


class PasswordForm(Throttled, ChangePasswordForm):  # type: ignore[misc]
    """The old password and a new one."""

    def whom(self) -> str:
        """The address of who is signed in."""
        return str(current_user.email)

    def was_guess(self) -> bool:
        """A new password that is too short is no guess."""
        return bool(self.password.errors)


class OneTimeCodes(Totp):  # type: ignore[misc]
    """Codes of the authenticator app, each of which works once."""

    def verify_totp(self, token: str, totp_secret: str, user: Staff, window: int = 0) -> bool:
        """Whether the code fits now and was not used before."""
        self.matched = None
        if not super().verify_totp(token, totp_secret, user, window):
            return False
        now = config.now()
        used = secret.lookup(f"code used {user.id} {self.matched}")
        return actions.begin_tries({used: 1}, since=now - WINDOW, by=None, now=now) is not None

    def set_last_counter(self, user: Staff, tmatch: Any) -> None:
        """Keep which code it was, for the question above."""
        self.matched = tmatch.counter


def configuration(settings: config.Settings, ring: secret.Ring) -> dict[str, Any]:
    """The settings of Flask-Security that this program fixes."""
    return {
        "SECURITY_PASSWORD_SALT": ring.derive("password").hex(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_LENGTH_MIN": actions.PASSWORD_LENGTH,
        "SECURITY_PASSWORD_COMPLEXITY_CHECKER": None,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_REGISTERABLE": False,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RECOVERABLE": False,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_CHANGE_URL": "/account/password",
        "SECURITY_VERIFY_URL": "/account/again",
        "SECURITY_POST_LOGIN_VIEW": "/today",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_POST_VERIFY_VIEW": "/account",
        "SECURITY_TWO_FACTOR": settings.mfa != "off",
        "SECURITY_TWO_FACTOR_REQUIRED": settings.mfa == "required",
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_SETUP_URL": "/account/two-factor",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/sign-in/help",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/sign-in/choose",
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/account",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": settings.mfa != "off",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(ring.derive("recovery"))],
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
        "SECURITY_TOTP_SECRETS": {"1": ring.derive("totp").hex()},
        "SECURITY_TOTP_ISSUER": "imrgroups",
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_FRESHNESS": timedelta(minutes=30),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
        "SECURITY_DATETIME_FACTORY": config.now,
        "SECURITY_TWO_FACTOR_VERIFY_CODE_FORM": CodeForm,
        "SECURITY_TWO_FACTOR_SETUP_FORM": SetupForm,
        "SECURITY_TWO_FACTOR_RESCUE_FORM": HelpForm,
        "SECURITY_MF_RECOVERY_FORM": RecoveryForm,
        "SECURITY_VERIFY_FORM": AgainForm,
        "SECURITY_CHANGE_PASSWORD_FORM": PasswordForm,
        **{f"SECURITY_MSG_{key}": message for key, message in MESSAGES.items()},
    }


def init_app(app: Flask) -> None:
    """Give each browser that signs in a session row, let nothing count but such a row, and end it when it has to end."""
    security, manager = app.extensions["security"], app.login_manager  # type: ignore[attr-defined]
    security.want_json(lambda _request: False)
    security._totp_factory = OneTimeCodes(app.config["SECURITY_TOTP_SECRETS"], app.config["SECURITY_TOTP_ISSUER"])
    load = manager._user_callback
    manager.user_loader(lambda key: _of_live_session(load(key)) if auth.me() else None)
    manager.request_loader(lambda _request: None)
    user_logged_in.connect(_open, app)
    user_logged_out.connect(_close, app)
    app.after_request(_touch)
    app.after_request(_remember_browser)
    password_changed.connect(_password_changed, app)
    tf_profile_changed.connect(_two_factor_on, app)
    tf_disabled.connect(_two_factor_off, app)


def _of_live_session(user: Staff | None) -> Staff | None:
    ties = auth.me()
    return user if user is not None and ties is not None and user.id == ties.staff_id else None


def _open(app: Flask, user: Staff, **_: Any) -> None:
    token = secrets.token_urlsafe(32)
    session[auth.TOKEN] = token
    session.pop(guest.TOKEN, None)  # one person at a time in a browser
    g.signed_in = secret.lookup(f"known {user.email.lower()}")
    actions.open_session(staff_id=user.id, token_hash=auth.token_hash(token), device=_device(), by=user.id, now=config.now())


def _close(app: Flask, user: Staff, **_: Any) -> None:
    token = session.pop(auth.TOKEN, None)
    if token:
        actions.end_session(token_hash=auth.token_hash(token), by=user.id, now=config.now())


def _password_changed(app: Flask, user: Staff, **_: Any) -> None:
    token = session.get(auth.TOKEN)
    actions.note("staff.password_changed", user, by=user.id, now=config.now())
    actions.end_sessions(staff_id=user.id, but=auth.token_hash(token) if token else None, by=user.id, now=config.now())


def _two_factor_on(app: Flask, user: Staff, **_: Any) -> None:
    actions.note("staff.two_factor_on", user, by=user.id, now=config.now())


def _two_factor_off(app: Flask, user: Staff, **_: Any) -> None:
    user.mf_recovery_codes = None
    actions.note("staff.two_factor_off", user, by=user.id, now=config.now())


def _touch(response: Response) -> Response:
    ties, token, now = g.get("ties"), session.get(auth.TOKEN), config.now()
    if ties is not None and token and now - ties.seen_at > SEEN_EVERY:
        db.session.rollback()
        try:
            with writing():
                actions.session_seen(token_hash=auth.token_hash(token), by=ties.staff_id, now=now)
        except Exception:  # what was asked for is done; that the session's clock could not be wound is no reason to say no
            current_app.logger.error("a session could not be noted as in use")
    return response


def _remember_browser(response: Response) -> Response:
    who = g.pop("signed_in", None)
    if who:
        KNOWN.remember(who, response)
    return response


def _device() -> str:
    agent = request.user_agent.string
    system = next((name for name in ("iPhone", "iPad", "Android", "Windows", "Mac OS", "Linux") if name in agent), "")
    browser = next((name for name in ("Edg", "Firefox", "Chrome", "Safari") if name in agent), "")
    return " ".join(filter(None, (browser.replace("Edg", "Edge"), system)))


def limits(settings: config.Settings, now: datetime) -> tuple[datetime, datetime]:
    """The instants before which a session is over: by its start, and by when it was last seen."""
    return now - timedelta(hours=settings.session_hours), now - timedelta(minutes=settings.idle_minutes)
