"""Who may do what: the policy each route declares, and the one place that reads the permission table and enforces it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request, session, url_for

from imrgroups import audit, config, guest
from imrgroups.db import SAFE_METHODS, db
from imrgroups.permissions import PERMISSIONS, Reach
from imrgroups.secret import lookup

View = TypeVar("View", bound=Callable[..., Any])
TOKEN = "staff_token"
# What needs no policy of ours: files that are the same for everybody, and Flask-Security's pages, which it guards itself.
OPEN = frozenset({"static"})
OPEN_BLUEPRINT = "security"
# Answers that show what the view was about; others (a redirect, "not found", a mistake of ours) show nobody's data.
SHOWING = frozenset({409, 422})


@dataclass(frozen=True)
class Ties:
    """Who is signed in and what is theirs: (role, centre) pairs, the groups they lead, the reviews they are assigned to."""

    staff_id: int
    name: str
    seen_at: datetime
    language: str = ""
    roles: frozenset[tuple[str, int]] = frozenset()
    groups: frozenset[int] = frozenset()
    reviews: frozenset[int] = frozenset()

    def centres(self, *roles: str) -> frozenset[int]:
        """The centres where one of these roles is held; any role when none is named."""
        return frozenset(centre for role, centre in self.roles if not roles or role in roles)

    def has(self, role: str) -> bool:
        """Whether the role is held anywhere."""
        return any(name == role for name, _centre in self.roles)


@dataclass(frozen=True)
class Opening:
    """A review and the days, both included, on which its assessors may look; `today` is the date at its group.

    writing: its scores are settled and its report, which shows nobody's data, is not final: that one stays open to its assessors.
    """

    review_id: int
    opens_on: date
    closes_on: date
    today: date
    writing: bool = False


@dataclass(frozen=True)
class Scope:
    """Where a thing belongs: its centre, and the groups it is part of (none: a person in no group yet, or a thing of the centre)."""

    centre_id: int
    groups: frozenset[int] = field(default_factory=frozenset)
    person: bool = False
    review: Opening | None = None


class Decision(StrEnum):
    """The answer to "may this person do that here?"."""

    YES = "yes"
    REASON = "reason"
    NO = "no"


def decide(action: str, ties: Ties, scope: Scope | None) -> Decision:
    """Read the permission table. `scope` is None for pages about no one thing. Raises KeyError for an action not in the table."""
    best = Decision.NO
    for role, reach in PERMISSIONS[action].items():
        if reach is Reach.ANY or scope is None:
            allowed = ties.has(role)
        elif reach is Reach.GROUP:
            loose = scope.person and not scope.groups
            allowed = (role, scope.centre_id) in ties.roles and (bool(scope.groups & ties.groups) or loose)
        elif reach in (Reach.REVIEW, Reach.REPORT):
            why = barred(ties, scope)
            finishing = reach is Reach.REPORT and why == "over" and scope.review is not None and scope.review.writing
            allowed = ties.has(role) and (why == "" or finishing)
        else:
            allowed = (role, scope.centre_id) in ties.roles
        if allowed and reach is not Reach.REASON:
            return Decision.YES
        if allowed:
            best = Decision.REASON
    return best


def barred(ties: Ties, scope: Scope) -> str:
    """Why somebody may not look into a review as an assessor: "stranger", "own_centre", "early", "over"; "" where they may."""
    opening = scope.review
    if opening is None or opening.review_id not in ties.reviews:
        return "stranger"
    if scope.centre_id in ties.centres():
        return "own_centre"
    return "early" if opening.today < opening.opens_on else "over" if opening.today > opening.closes_on else ""


def policy(action: str, of: str | None = None) -> Callable[[View], View]:
    """Declare what a view needs: an action of the table, and the kind of thing in its address (`of="group"` reads `group_id`)."""
    if action not in PERMISSIONS:
        raise KeyError(action)

    def declare(view: View) -> View:
        view.policy = (action, of)  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Declare that a view is open to anybody."""
    view.policy = None  # type: ignore[attr-defined]
    return view


def carrier(view: View) -> View:
    """Declare that a view is called by the carrier of texts, which signs what it sends: it has no form token, and calls often."""
    view.signed = True  # type: ignore[attr-defined]
    return view


@dataclass(frozen=True)
class Rooms:
    """What the roof hands to this ground module, which knows no room.

    ties: (token hash, now) -> Ties of a live session, or None. own: (token, now) -> the participant of one, or None.
    closed: what answers on a participant's page that is not open; None lets the request go on.
    scopes: kind of thing -> (key -> its Scope, or None where there is none).
    """

    ties: Callable[[bytes, datetime], Ties | None]
    scopes: Mapping[str, Callable[[int], Scope | None]]
    own: Callable[[str, datetime], guest.Own | None]
    closed: Callable[[], Any]


def init_app(app: Flask, rooms: Rooms) -> None:
    """Enforce policies before every view, and write the access log before any page is sent."""
    app.extensions["imrgroups.rooms"] = rooms
    app.before_request(_enforce)
    app.after_request(_write_looks)
    app.context_processor(lambda: {"me": me(), "may": may})


def token_hash(token: str) -> bytes:
    """What the database keeps of a session's token."""
    return lookup(f"session {token}").encode()


def me() -> Ties | None:
    """Who is signed in, or None; asked of the database once a request."""
    if "ties" not in g:
        token = session.get(TOKEN)
        g.ties = current_app.extensions["imrgroups.rooms"].ties(token_hash(token), config.now()) if token else None
    return g.ties


def staff_id() -> int:
    """The key of who is signed in; views behind a policy always have one."""
    ties = me()
    if ties is None:
        abort(401)
    return ties.staff_id


def may(action: str, scope: Scope | None = None) -> bool:
    """Whether who is signed in may do this here at once (stating a reason first does not count)."""
    ties = me()
    return ties is not None and decide(action, ties, scope or g.get("scope")) is Decision.YES


def scope_of(kind: str, key: int) -> Scope:
    """Where the thing with this key belongs; 404 where there is none."""
    scope: Scope | None = current_app.extensions["imrgroups.rooms"].scopes[kind](key)
    if scope is None:
        abort(404)
    return scope


def require(action: str, scope: Scope) -> None:
    """Refuse, as the policy of a route would, for a thing that is named in a form and not in the address."""
    ties = me()
    if ties is None or decide(action, ties, scope) is not Decision.YES:
        abort(403)


def reads_clinical() -> bool:
    """Whether clinical text on this page may be shown: by right, or by a reason stated in the last four hours."""
    ties, scope = me(), g.get("scope")
    if ties is None or scope is None:
        return False
    decision = decide("clinical.see", ties, scope)
    return decision is Decision.YES or (decision is Decision.REASON and _opened(ties, scope))


def _opened(ties: Ties, scope: Scope) -> bool:
    g.reason_id = audit.open_reason(db.session(), staff_id=ties.staff_id, group_ids=scope.groups, now=config.now())
    return g.reason_id is not None


def looked_at(*participants: int) -> None:
    """Tell the access log whom this page shows. Call it in every view that shows somebody's data."""
    g.setdefault("looked_at", set()).update(participants)


def _enforce() -> Response | str | tuple[str, int] | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN or request.blueprint == OPEN_BLUEPRINT:
        return None
    view = current_app.view_functions[endpoint]
    if not hasattr(view, "policy"):
        abort(500)
    if view.policy is None or view.policy == guest.SECRET_ADDRESS:
        return None
    if view.policy == guest.OWN_PAGE:
        return None if guest.own() else current_app.extensions["imrgroups.rooms"].closed()
    action, of = view.policy
    ties = me()
    if ties is None:
        return redirect(url_for("security.login", next=request.full_path.rstrip("?") if request.method in SAFE_METHODS else None))  # type: ignore[return-value]
    g.scope = scope_of(of, (request.view_args or {})[f"{of}_id"]) if of else None
    decision = decide(action, ties, g.scope)
    if decision is Decision.REASON and g.scope is not None and _opened(ties, g.scope):
        return None
    if decision is not Decision.YES:
        why = barred(ties, g.scope) if g.scope and g.scope.review else ""
        return render_template("errors/forbidden.html", scope=g.scope, reason=decision is Decision.REASON, barred=why), 403
    return None


def _write_looks(response: Response) -> Response:
    shown, ties = g.get("looked_at"), g.get("ties")
    showing = (response.status_code < 300 or response.status_code in SHOWING) and request.method != "HEAD"
    if not shown or ties is None or not showing:
        return response
    db.session.rollback()  # ends the page's own transaction, so that the log can take the write lock
    try:
        audit.write_looks([audit.Look(ties.staff_id, request.endpoint or "", tuple(sorted(shown)), g.get("reason_id"))], config.now())
    except Exception:
        current_app.logger.error("the access log cannot be written; the page was refused")
        return _refused(response)
    return response


def _refused(response: Response) -> Response:
    """The same response with nothing of what it was to show; the headers that protect every page stay."""
    response.direct_passthrough = False
    response.status_code = 503
    response.set_data(render_template("errors/unlogged.html"))
    response.mimetype = "text/html"
    for name in ("Content-Disposition", "ETag", "Last-Modified", "HX-Push-Url", "HX-Trigger"):
        response.headers.pop(name, None)
    response.headers["Cache-Control"] = "no-store"
    return response
