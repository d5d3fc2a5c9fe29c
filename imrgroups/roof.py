"""The roof: puts ground and rooms together. `imrgroups.create_app` is its only caller."""

import logging
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from flask import Flask, has_request_context, render_template, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import Security, SQLAlchemyUserDatastore
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, ValidationError

from imrgroups import auth, config, db, guest, i18n, secret, serving
from imrgroups.staff import accounts
from imrgroups.staff.models import Role, Staff

ROOMS = (
    "staff", "people", "library", "groups", "enrolment", "attendance", "goals", "homework", "notes", "outreach", "outcomes", "fidelity",
    "mypage", "desk", "overview",
)
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def build(settings: config.Settings | None, overrides: dict[str, Any]) -> Flask:
    """The application, ready to serve; it has touched the data folder but started no thread."""
    settings = settings or config.Settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    secret.use(secret.ring_from(settings.key.get_secret_value(), settings.data, make=not settings.begun))
    app = Flask("imrgroups", static_folder="static", template_folder="templates")
    app.config.update(_configuration(settings))
    app.config.update(overrides)
    _logging(settings)
    app.jinja_env.undefined = ChainableUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader([
        PackageLoader("imrgroups", "templates"),
        PackageLoader("nhsuk_frontend_jinja", "templates"),
        PackageLoader("flask_security", "templates"),
    ])
    app.url_map.converters["int"] = _Key
    db.init_app(app)
    i18n.init_app(app)
    guard = CSRFProtect(app)
    _limit(app)
    Security(app, SQLAlchemyUserDatastore(db.db, Staff, Role), login_form=accounts.SignInForm)
    _keep_to_its_pages(app)
    accounts.init_app(app)
    auth.init_app(app, _rooms(settings))
    _blueprints(app)
    for view in app.view_functions.values():
        if hasattr(view, "signed"):
            guard.exempt(view)
    serving.init_app(app)
    _errors(app)
    app.after_request(_headers)
    app.context_processor(lambda: {"demo": settings.demo})
    _frame(app)
    return app


class _Key(IntegerConverter):
    """A key in an address: a number the databases can hold; anything longer is an address of nothing."""

    def to_python(self, value: str) -> int:
        """The number. Raises ValidationError, which makes the address unknown."""
        if len(value) > 19 or int(value) >= 2**63:
            raise ValidationError
        return int(value)


def _limit(app: Flask) -> None:
    """A coarse cover for each process: at most 300 changes, and 60 looks at secret addresses, a minute from one place.

    Sign-in is counted in our own table besides.
    """
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", enabled=not app.testing)

    @app.before_request
    def check() -> None:
        signed = hasattr(app.view_functions.get(request.endpoint or ""), "signed")
        if request.method not in db.SAFE_METHODS and not signed:
            with limiter.limit("300 per minute", scope="changes"):
                pass
        elif getattr(app.view_functions.get(request.endpoint or ""), "policy", None) == guest.SECRET_ADDRESS:
            with limiter.limit("60 per minute", scope="secrets"):
                pass


def _frame(app: Flask) -> None:
    """`frame("nav")` in templates: the parts around a page that are the same for everybody of the same roles, rendered once."""

    @lru_cache(maxsize=1024)
    def rendered(part: str, _language: str, _endpoint: str, _roles: frozenset[str] | None) -> Markup:
        return Markup(render_template(f"frame/{part}.html"))

    def of_this_page() -> dict[str, Any]:
        ties, language, page = auth.me(), i18n.language(), request.endpoint or "" if has_request_context() else ""
        roles = None if ties is None else frozenset([role for role, _centre in ties.roles])
        return {"frame": lambda part: rendered(part, language, page if part == "nav" else "", roles)}

    app.context_processor(of_this_page)


def _keep_to_its_pages(app: Flask) -> None:
    """Let Flask-Security load its user on its own pages only; it does so twice on every page, and `auth` asks in one statement."""
    places: tuple[Any, ...] = (app.before_request_funcs, app.template_context_processors)
    for hooks in places:
        theirs = [hook for hook in hooks[None] if hook.__module__.startswith(("flask_login", "flask_principal"))]
        hooks[None] = [hook for hook in hooks[None] if hook not in theirs]
        hooks.setdefault("security", []).extend(theirs)


def _configuration(settings: config.Settings) -> dict[str, Any]:
    ring = secret.ring()
    return {
        "SETTINGS": settings,
        "DATA": settings.data,
        "TRANSLATIONS": config.translations_folder(),
        "MIGRATIONS": config.migrations_folder(),
        "SECRET_KEY": ring.derive("session").hex(),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-session" if settings.https else "session",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_I18N_ENABLED": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "en",
        **accounts.configuration(settings, ring),
    }


def _rooms(settings: config.Settings) -> auth.Rooms:
    from imrgroups.enrolment import roster
    from imrgroups.fidelity.evidence import access
    from imrgroups.mypage import actions as mypage
    from imrgroups.outreach.actions import calls, listing
    from imrgroups.outreach.models import CallTask, Reply
    from imrgroups.people import actions as people
    from imrgroups.staff import actions as staff

    def ties(token_hash: bytes, now: datetime) -> auth.Ties | None:
        started_after, seen_after = accounts.limits(settings, now)
        found = roster.ties(token_hash, started_after=started_after, seen_after=seen_after)
        if found is None or not found.has("assessor"):
            return found
        return replace(found, reviews=access.reviews_of(found.staff_id))

    def supporter(key: int) -> auth.Scope | None:
        owner = people.participant_of_supporter(key)
        return None if owner is None else roster.scope_of_participant(owner)

    def own(token: str, now: datetime) -> guest.Own | None:
        started_after, _seen_after = accounts.limits(settings, now)
        return mypage.own_of(auth.token_hash(token), started_after=started_after, now=now)

    def closed() -> Any:
        from imrgroups.mypage.views import door  # its views are loaded when the rooms are

        return door.closed()

    def message(key: int) -> auth.Scope | None:
        found = listing.about(key)
        if found is None:
            return None
        if found.supporter_id is not None:
            return supporter(found.supporter_id)
        return roster.scope_of_participant(found.participant_id) if found.participant_id else auth.Scope(found.centre_id)

    def call(key: int) -> auth.Scope | None:
        found = db.db.session.get(CallTask, key)
        return None if found is None else roster.scope_of_participant(found.participant_id)

    def reply(key: int) -> auth.Scope | None:
        found = db.db.session.get(Reply, key)
        if found is None:
            return None
        if found.participant_id is None:
            return auth.Scope(found.centre_id or 0, calls.groups_of_number(found.from_lookup))
        return roster.scope_of_participant(found.participant_id)

    return auth.Rooms(
        ties=ties,
        own=own,
        closed=closed,
        scopes={
            "centre": staff.scope_of_centre,
            "group": roster.scope_of_group,
            "meeting": roster.scope_of_meeting,
            "participant": roster.scope_of_participant,
            "supporter": supporter,
            "review": access.scope_of_review,
            "message": message,
            "call_task": call,
            "reply": reply,
        },
    )


def _blueprints(app: Flask) -> None:
    from importlib import import_module

    for room in ROOMS:
        app.register_blueprint(import_module(f"imrgroups.{room}.views").bp)


def _errors(app: Flask) -> None:
    def explain(error: HTTPException) -> tuple[str, int]:
        return render_template("errors/error.html", code=error.code), error.code or 500

    app.register_error_handler(HTTPException, explain)
    app.register_error_handler(CSRFError, lambda _error: (render_template("errors/stale.html"), 400))


def _headers(response: Any) -> Any:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if "Cache-Control" not in headers or response.mimetype == "text/html":
        headers["Cache-Control"] = "no-store"
    from flask import current_app

    if current_app.config["SETTINGS"].https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _logging(settings: config.Settings) -> None:
    logging.basicConfig(level=settings.log_level, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level, logging.INFO)),
    )
