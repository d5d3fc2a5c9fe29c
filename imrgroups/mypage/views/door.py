"""The way in with a card and a code, and the way out."""

import hmac
import secrets
from datetime import timedelta

from flask import abort, after_this_request, current_app, g, redirect, render_template, request, session, url_for
from flask_security import logout_user

from imrgroups import auth, config, guest, secret
from imrgroups.auth import public
from imrgroups.db import SAFE_METHODS, db
from imrgroups.enrolment.actions import cards
from imrgroups.enrolment.models import Card
from imrgroups.guest import own_page
from imrgroups.i18n import gettext
from imrgroups.mypage import actions, reads
from imrgroups.mypage.forms import CardForm
from imrgroups.mypage.views import Answer, bp, by_myself, today_of
from imrgroups.people.models import Participant
from imrgroups.staff import actions as staff

WINDOW = timedelta(minutes=15)
TRIES, TRIES_FROM = 5, 50
KNOWN = guest.Known("known_page", "known-page")
AGAIN = "again"
NOT_KEPT = (AGAIN, "code", "csrf_token")
KEPT = ("lang", "text_size")  # what a browser remembers from before somebody signed in


@bp.route("/card", methods=["GET", "POST"])
@bp.route("/card/<token>", methods=["GET", "POST"])
@public
def card(token: str = "") -> Answer:
    """Ask for the code of a card, and open the page when it is right. A link nobody has is answered like a wrong code."""
    form = CardForm()
    if token:
        del form.number
    if not form.validate_on_submit():
        return render_template("mypage/card.html", form=form, token=token), 422 if form.errors else 200
    number = (cards.number_in(token) if token else cards.typed(form.number.data or "")) or secret.lookup(f"unsigned {token}")
    found = _tried(form, number)
    if isinstance(found, int):
        return render_template("mypage/card.html", form=form, token=token), found
    _enter(found)
    return redirect(url_for("mypage.start"), 303)


def _tried(form: CardForm, number: str) -> Card | int:
    """The card that number and code open; else the form says what to do, and the status of the answer comes back."""
    now = config.now()
    subjects = {cards.tries_of(number): TRIES, secret.lookup(f"card code from {request.remote_addr}"): TRIES_FROM}
    if browser := KNOWN.names().get(_known_as(number)):
        subjects = {secret.lookup(f"card code known {browser}"): TRIES}
    tries = staff.begin_tries(subjects, since=now - WINDOW, by=None, now=now)
    if tries is None:
        form.code.errors = [gettext("That was five tries. Wait fifteen minutes, then try again. Nothing is lost")]
        return 429
    found = _opened_by(number, form.code.data or "")
    if found is None:
        said = gettext("That did not work. Look at the four figures again. Is the card old? Your leaders can give you a new one")
        form.code.errors = [said]
        return 422
    staff.forget_tries(tries, **by_myself())
    return found


def _opened_by(number: str, code: str) -> Card | None:
    """The card that number and code open together; the code is compared even where there is no card."""
    found = cards.find(number)
    right = hmac.compare_digest(cards.typed(code).encode(), (found.code if found else "none").encode())
    if found is None or not right:
        return None
    return found if today_of(db.session.get_one(Participant, found.participant_id)) <= cards.until(found) else None


def _known_as(number: str) -> str:
    return secret.lookup(f"known card {number}")


def _enter(found: Card) -> None:
    """Begin a session of its own; whoever was signed in here before is signed out."""
    person, token, number = db.session.get_one(Participant, found.participant_id), secrets.token_urlsafe(32), found.number
    kept = {name: session[name] for name in KEPT if name in session}
    if auth.me():
        logout_user()
    session.clear()
    session.update(kept)
    session[guest.TOKEN] = token
    after_this_request(lambda response: KNOWN.remember(_known_as(number), response) or response)
    actions.open_page(found, token_hash=auth.token_hash(token), on=today_of(person), **by_myself())


def closed() -> Answer | None:
    """What somebody gets whose page is not open. What they had typed when it closed by itself is kept while they give their code again.

    None lets the request go on: the page is open again.
    """
    token = session.get(guest.TOKEN)
    card = actions.card_of_idle(auth.token_hash(token)) if token and request.method not in SAFE_METHODS else None
    if card is None:
        return redirect(url_for("mypage.card"), 303)
    form, again, number = CardForm(), AGAIN in request.form, card.number
    del form.number
    if again and form.validate() and not isinstance(status := _tried(form, number), int):
        _enter(status)
        g.pop("own", None)
        return None
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_KEPT]
    if not again:
        form.code.errors = []
    return render_template("mypage/again.html", form=form, kept=kept, again=AGAIN), 422


@bp.post("/me/sign-out")
@own_page
def sign_out() -> Answer:
    """Close the page in this browser."""
    actions.close_page(token_hash=auth.token_hash(session[guest.TOKEN]), **by_myself())
    session.clear()
    return redirect(url_for("mypage.goodbye"), 303)


@bp.get("/card/closed")
@public
def goodbye() -> Answer:
    """Say that the page is closed."""
    return render_template("mypage/goodbye.html")


@bp.post("/demonstration/page/<int:person_id>")
@public
def demonstrate(person_id: int) -> Answer:
    """Open the page of one of the invented people, in demonstration mode only."""
    found = cards.of(person_id)
    if not current_app.config["SETTINGS"].demo or found is None or person_id not in [key for key, *_rest in reads.of_demonstration()]:
        abort(404)
    _enter(found)
    return redirect(url_for("mypage.start"), 303)
