"""The other kind of actor: a participant on their own page, and whoever holds a secret address. Staff and their rights are in auth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import abort, current_app, g, session

from imrgroups import config

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
