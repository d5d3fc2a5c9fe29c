"""A person's own words: why they come, and what they want to hear in a hard week."""

from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.i18n import direction, gettext
from imrgroups.outreach import actions
from imrgroups.outreach.forms import OwnWordsForm
from imrgroups.outreach.views import bp
from imrgroups.outreach.words import compose
from imrgroups.outreach.words.samples import sample
from imrgroups.people.models import Participant

Answer = str | Response | tuple[str, int]


@bp.route("/people/<int:participant_id>/own-words", methods=["GET", "POST"])
@policy("clinical.write", of="participant")
def own_words(participant_id: int) -> Answer:
    """Ask for a person's own words, show how they may look in a text, change them or take them away."""
    auth.looked_at(participant_id)
    person, row = db.session.get_one(Participant, participant_id), actions.words_of(participant_id)
    form = OwnWordsForm(obj=row)
    if form.validate_on_submit():
        words = {"why": form.why.data or "", "hard_week": form.hard_week.data or "", "may_quote": form.may_quote.data}
        actions.own_words(person, **words, by=auth.staff_id(), now=config.now())
        flash(gettext("Their words are kept.") if words["why"] or words["hard_week"] else gettext("Nothing is kept now."), "done")
        return redirect(url_for("outreach.own_words", participant_id=participant_id), 303)
    page = render_template(
        "outreach/own_words.html", form=form, person=person, row=row, example=_example(person, row.hard_week or "") if row else "",
        text_direction=direction(person.language),
    )
    return page, 422 if form.errors else 200


def _example(person: Participant, words: str) -> str:
    """How a text with these words would look; "" where they do not go out: too long, or a word a stranger should not read."""
    facts = replace(sample(person.language, config.now().date()), first_name=person.first_name, own_words=words, may_quote=True)
    text = compose("missed", "second", 0, facts, person.language)
    return text if text != compose("missed", "second", 0, replace(facts, may_quote=False), person.language) else ""
