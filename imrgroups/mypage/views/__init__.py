"""The addresses of somebody's own page, and of its card for their leaders."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as Redirect

from imrgroups import auth, config, guest
from imrgroups.db import db, writing
from imrgroups.mypage import actions, reads
from imrgroups.people.models import Participant
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre

bp = Blueprint("mypage", __name__)
Answer = str | Response | Redirect | tuple[str, int]
SEEN_EVERY = 60  # seconds


def myself() -> Participant:
    """The person whose page this is."""
    return db.session.get_one(Participant, guest.own_id())


def today_of(person: Participant) -> Any:
    """The date where the person is."""
    return staff.today_at(db.session.get_one(Centre, person.centre_id), config.now())


def by_myself() -> dict[str, Any]:
    """Who acts, and when: nobody of staff."""
    return {"by": None, "now": config.now()}


def done(message: str, endpoint: str, **values: Any) -> Redirect:
    """Say what was done, and go to the page that shows it."""
    flash(message, "done")
    return redirect(url_for(endpoint, **values), 303)


def base() -> str:
    """The address of the program as it is written on paper: the public one, else the one this page was asked at."""
    return str(current_app.config["SETTINGS"].public_url or request.url_root).rstrip("/")


def own_place() -> bool:
    """Whether the address is one of a participant's, whose pages look different, also where something went wrong."""
    return request.path == "/me" or request.path.startswith(("/me/", "/card"))


def large() -> bool:
    """Whether the page is shown in large text: as chosen in this browser, else as the person's print."""
    person = guest.own()
    return session.get("text_size", "large" if person and person.large_print else "normal") == "large"


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "own": g.get("own"), "own_large": large, "own_place": own_place, "own_pages_of_demonstration": reads.of_demonstration,
        "parted_for_demonstration": reads.parted_for_demonstration,
    }


@bp.after_request
def _touch(response: Response) -> Response:
    """Wind the clock of an open page."""
    person, token, now = g.get("own"), session.get(guest.TOKEN), config.now()
    if person is not None and token and (now - person.seen_at).total_seconds() > SEEN_EVERY:
        db.session.rollback()
        try:
            with writing():
                actions.page_seen(token_hash=auth.token_hash(token), **by_myself())
        except Exception:  # what was asked for is done; that the clock could not be wound is no reason to say no
            current_app.logger.error("an own page could not be noted as in use")
    return response


from imrgroups.mypage.views import calendar, door, leaders, own, questions, sheets  # noqa: E402, F401
