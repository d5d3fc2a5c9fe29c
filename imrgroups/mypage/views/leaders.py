"""What leaders do for somebody's own page: make, print, replace and end the card, and read what the person lets them read."""

import io
from typing import Any

import segno
from flask import Response, abort, flash, redirect, render_template, url_for

from imrgroups import auth, config, pdf
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.enrolment.actions import cards
from imrgroups.enrolment.models import Card
from imrgroups.i18n import LOCALES, day, gettext, in_language, language
from imrgroups.mypage import reads
from imrgroups.mypage.models import FilledSheet
from imrgroups.mypage.views import Answer, base, bp, today_of
from imrgroups.people.models import Participant
from imrgroups.staff.models import Centre


def _person(participant_id: int) -> Participant:
    auth.looked_at(participant_id)
    return db.session.get_one(Participant, participant_id)


def _by_me() -> dict[str, Any]:
    return {"by": auth.staff_id(), "now": config.now()}


@bp.post("/people/<int:participant_id>/card")
@policy("clinical.write", of="participant")
def make_card(participant_id: int) -> Answer:
    """Make a card, or a new one in place of the old, which stops at once."""
    person = _person(participant_id)
    cards.make(person, on=today_of(person), **_by_me())
    flash(gettext("The card is ready. Print it and give it to them. A card from before no longer works."), "done")
    return redirect(url_for("desk.person", participant_id=participant_id, _anchor="card"), 303)


@bp.post("/people/<int:participant_id>/card/end")
@policy("clinical.write", of="participant")
def end_card(participant_id: int) -> Answer:
    """The card stops working at once."""
    cards.end(_person(participant_id), **_by_me())
    flash(gettext("The card no longer works. What they wrote stays."), "done")
    return redirect(url_for("desk.person", participant_id=participant_id, _anchor="card"), 303)


@bp.get("/people/<int:participant_id>/card.pdf")
@policy("clinical.write", of="participant")
def print_card(participant_id: int) -> Answer:
    """The card on paper, in the person's language."""
    person = _person(participant_id)
    found = cards.of(participant_id) or abort(404)
    with in_language(person.language if person.language in LOCALES else language()):
        document = _on_paper(person, found)
    paper = db.session.get_one(Centre, person.centre_id).paper
    data = pdf.render([document], paper="letter" if paper == "letter" else "a4", large=person.large_print)
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": 'inline; filename="card.pdf"'})


def _on_paper(person: Participant, found: Card) -> pdf.PrintDocument:
    """A card that names no illness and no programme. The code stands on a strip of its own, to keep apart."""
    address = f"{base()}/card/{cards.token(found)}" + (f"?lang={language()}" if language() != "en" else "")
    file = io.BytesIO()
    segno.make(address, error="m").save(file, kind="svg", border=2, scale=4)
    parts = [found.number[place : place + 4] for place in range(0, len(found.number), 4)]
    blocks: list[pdf.Block] = [
        pdf.Paragraph(gettext("Here you find your next meeting, your goals and your sheets.")),
        pdf.Bullets([
            gettext("Point the camera of a phone at the square."),
            gettext("Write your four figures."),
            gettext("Sign out when you are done."),
        ], ordered=True),
        pdf.Picture(file.getvalue().decode(), gettext("A square code that opens your page"), 45),
        pdf.Paragraph(gettext("No camera? Open this address and write the number:")),
        pdf.Pairs([(gettext("Address"), f"{base().split('://')[-1]}/card"), (gettext("Number"), " ".join(parts))]),
        pdf.Paragraph(gettext(
            "The card works until %(day)s at the latest. Lost it? Tell your leaders, and it stops at once.", day=day(cards.until(found))
        )),
        pdf.Frame([
            pdf.Paragraph([(" ".join(found.code), True)]),
            pdf.Paragraph(gettext("Cut this off and keep it apart from the card.")),
        ], "box", gettext("Your four figures")),
    ]
    return pdf.PrintDocument(gettext("My page"), language(), blocks, above=person.first_name, page_word=gettext("Page"))


@bp.get("/people/<int:participant_id>/sheets/<int:sheet_id>")
@policy("clinical.see", of="participant")
def read_sheet(participant_id: int, sheet_id: int) -> Answer:
    """What somebody wrote on a worksheet, where they said that their leaders may read it."""
    person, row = _person(participant_id), db.session.get(FilledSheet, sheet_id)
    if row is None or row.participant_id != participant_id or not row.shared:
        abort(404)
    title = reads.page_title(row.worksheet) or row.worksheet
    return render_template("mypage/read.html", person=person, row=row, title=title, written=reads.written(row))
