"""The other kind of actor: a participant on their own page, and whoever holds a secret address. Staff and their rights are in auth.

Here too: which people a browser has let in before, which both kinds of sign-in ask.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import Response, abort, current_app, g, request, session
from itsdangerous import BadSignature, URLSafeSerializer

from imrgroups import config, secret

View = TypeVar("View", bound=Callable[..., Any])
TOKEN = "own_token"
# Policies that no role of staff has to do with; auth enforces them.
OWN_PAGE = ("own.page", None)
SECRET_ADDRESS = ("secret.address", None)


@dataclass(frozen=True)
class Own:
    """The participant who is signed in. They see their own things and nothing else, so there is no more to know."""

    participant_id: int
    seen_at: datetime
    language: str
    shared_phone: bool = False
    large_print: bool = False


def own_page(view: View) -> View:
    """Declare that a view belongs to the participant who is signed in, and to nobody of staff."""
    view.policy = OWN_PAGE  # type: ignore[attr-defined]
    return view


def secret_address(view: View) -> View:
    """Declare that a view is for whoever knows the secret in its address, which the view checks; it answers 404 to all others."""
    view.policy = SECRET_ADDRESS  # type: ignore[attr-defined]
    return view


def own() -> Own | None:
    """The participant who is signed in, or None; asked of the database once a request."""
    if "own" not in g:
        token = session.get(TOKEN)
        g.own = current_app.extensions["imrgroups.rooms"].own(token, config.now()) if token else None
    found: Own | None = g.own
    return found


def own_id() -> int:
    """The key of the participant who is signed in; views of the own page always have one."""
    person = own()
    if person is None:
        abort(401)
    return person.participant_id


class Known:
    """Who came in by this browser before, in a signed cookie: keyed hash of the person -> a random name of the browser for that person.

    Tries from such a browser are counted by that name, so that strangers who guess cannot keep the right person out.
    """

    DAYS, PEOPLE = 180, 8

    def __init__(self, cookie: str, purpose: str) -> None:
        self.cookie, self.purpose = cookie, purpose

    def names(self) -> dict[str, str]:
        """The name of this browser for each person it knows."""
        try:
            told = self._signer().loads(request.cookies.get(self._cookie(), ""))
        except BadSignature:
            return {}
        return {str(who): str(name) for who, name in told.items()} if isinstance(told, dict) else {}

    def remember(self, who: str, response: Response) -> None:
        """Let the answer carry that somebody came in here; the eight newest are kept."""
        known = self.names()
        known[who] = known.pop(who, "") or secrets.token_hex(8)  # the newest last
        kept = dict(list(known.items())[-self.PEOPLE :])
        response.set_cookie(
            self._cookie(), str(self._signer().dumps(kept)), max_age=self.DAYS * 86400, httponly=True, samesite="Lax",
            secure=current_app.config["SETTINGS"].https,
        )

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(secret.ring().derive(self.purpose))

    def _cookie(self) -> str:
        return f"__Host-{self.cookie}" if current_app.config["SETTINGS"].https else self.cookie
