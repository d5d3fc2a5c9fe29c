"""The binder of a review for those who assess: contents, items, parts, charts, PDF and ZIP; freezing, closing, the receipt."""

import io
import json
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response
from wtforms.validators import InputRequired

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.fidelity.actions import binders
from imrgroups.fidelity.actions.binders import CannotBind, Opened
from imrgroups.fidelity.evidence import people, wording
from imrgroups.fidelity.evidence.archive import archive
from imrgroups.fidelity.evidence.binder import SECTIONS
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.evidence.paper import READ_FOR, Paper
from imrgroups.fidelity.models import Binder, Review
from imrgroups.fidelity.models.reviews import OVER
from imrgroups.fidelity.views.addresses import bp
from imrgroups.forms import DayField, Form
from imrgroups.i18n import curriculum, full_day, gettext, language, lazy_gettext, when
from imrgroups.pdf import Block, Pairs, Paragraph, PrintDocument, Table, render
from imrgroups.staff.models import Staff

Answer = str | Response | tuple[str, int]


class FreezeForm(Form):
    """The day whose evidence is frozen."""

    on = DayField(lazy_gettext("Evidence as of"), [InputRequired(lazy_gettext("Choose the day"))])


def _binder(review_id: int) -> Binder:
    return binders.of_review(review_id) or abort(404)


def _opened(binder: Binder) -> Opened:
    """The binder read and checked; the access log is told of everybody in it."""
    found = binders.opened(binder)
    auth.looked_at(*(found.called or {}))
    return found


def _paper(binder: Binder, found: Opened, *, named: bool) -> Paper:
    """Its blocks; named: with names beside pseudonyms for those who lead the group or interview in this review."""
    if found.content is None:
        abort(404)
    review, ties, names = binder.review, auth.me(), dict[str, str]()
    if named and ties and (review.group_id in ties.groups or people.interviews(review, ties.staff_id)):
        known = roster.names(found.called or {})
        names = {pseudonym: f"{pseudonym} {known[key]}" for key, pseudonym in (found.called or {}).items() if key in known}
    return Paper(found.content, zone=review.group.timezone, names=names)


def _page(binder: Binder, found: Opened, paper: Paper, title: str, blocks: list[Block]) -> str:
    return render_template("fidelity/binder_part.html", binder=binder, found=found, paper=paper, title=title, blocks=_kinds(blocks))


def _kinds(blocks: list[Block]) -> list[tuple[str, Block]]:
    return [(type(block).__name__.lower(), block) for block in blocks]


@bp.get("/reviews/<int:review_id>/binder")
@policy("binder.see", of="review")
def binder(review_id: int) -> Answer:
    """What is in the binder, where each part is, and what was written after it was frozen."""
    row = binders.of_review(review_id)
    if row is None:
        return render_template("fidelity/binder_none.html", review=db.session.get_one(Review, review_id))
    if row.closed_at is not None:
        return redirect(url_for("fidelity.receipt", review_id=review_id), 303)
    found = _opened(row)
    if found.content is None:
        return render_template("fidelity/binder_broken.html", binder=row)
    paper = _paper(row, found, named=True)
    added = paper.added(binders.additions(row, found))
    return render_template(
        "fidelity/binder.html", binder=row, found=found, paper=paper, cover=_kinds(paper.cover(row.sha256)), added=_kinds(added),
        sections=wording.SECTION_NAMES, counts=json.loads(row.counts), closes_on=binders.closes_on(row),
    )


@bp.get("/reviews/<int:review_id>/binder/items/<int:number>")
@policy("binder.see", of="review")
def binder_item(review_id: int, number: int) -> Answer:
    """One item with everything an assessor reads for it."""
    row = _binder(review_id)
    found = _opened(row)
    paper = _paper(row, found, named=True)
    item = next((each for each in (found.content or {})["items"] if each["item"] == number), None) or abort(404)
    helped = item["counts"] == "supporters"
    blocks = [*paper.item(item)[1:], *(block for section in READ_FOR[item["counts"]] for block in paper.part(section, helped=helped))]
    return _page(row, found, paper, paper.item_title(item), blocks)


@bp.get("/reviews/<int:review_id>/binder/parts/<section>")
@policy("binder.see", of="review")
def binder_part(review_id: int, section: str) -> Answer:
    """One part of the binder."""
    row = _binder(review_id)
    if section not in SECTIONS:
        abort(404)
    found = _opened(row)
    paper = _paper(row, found, named=True)
    blocks = paper.part(section)
    return _page(row, found, paper, str(wording.SECTION_NAMES[section]), blocks if section == "items" else blocks[1:])


@bp.get("/reviews/<int:review_id>/binder/charts/<pseudonym>")
@policy("binder.see", of="review")
def binder_chart(review_id: int, pseudonym: str) -> Answer:
    """Everything about one person of the group."""
    row = _binder(review_id)
    found = _opened(row)
    paper = _paper(row, found, named=True)
    if pseudonym not in {each["key"] for each in (found.content or {})["people"]}:
        abort(404)
    return _page(row, found, paper, gettext("Chart of %(name)s", name=paper.who(pseudonym)), paper.chart(pseudonym))


@bp.get("/reviews/<int:review_id>/binder/all")
@policy("binder.see", of="review")
def binder_whole(review_id: int) -> Answer:
    """The whole binder on one page."""
    row = _binder(review_id)
    found = _opened(row)
    paper = _paper(row, found, named=True)
    blocks = [block for section in SECTIONS for block in paper.part(section)]
    return _page(row, found, paper, gettext("The whole binder"), blocks)


@bp.get("/reviews/<int:review_id>/binder.<any(pdf, zip):kind>")
@policy("binder.see", of="review")
def binder_file(review_id: int, kind: str) -> Response:
    """The binder to take along, under pseudonyms for everybody: as a PDF, or as a ZIP with the frozen bytes and the ledgers."""
    row = _binder(review_id)
    found = _opened(row)
    paper = _paper(row, found, named=False)
    if not found.whole:
        abort(409)
    documents = paper.document(row.sha256, paper.added(binders.additions(row, found)))
    made = render(documents, paper=row.review.group.centre.paper)  # type: ignore[arg-type]
    name = f"binder-{row.review.group.code}-{row.data_on.isoformat()}.{kind}"
    if kind == "pdf":
        return send_file(io.BytesIO(made), mimetype="application/pdf", download_name=name)
    packed = archive(
        found.data, found.content or {}, pdf=made, frozen_at=row.frozen_at, delimiter=";" if language() == "da" else ","
    )
    return send_file(io.BytesIO(packed), mimetype="application/zip", as_attachment=True, download_name=name)


@bp.route("/reviews/<int:review_id>/binder/freeze", methods=["GET", "POST"])
@policy("binder.freeze", of="review")
def freeze_binder(review_id: int) -> Answer:
    """Freeze the evidence as of a day."""
    review = db.session.get_one(Review, review_id)
    today = config.today(review.group.timezone)
    form = FreezeForm(on=min(today, review.group.ended_on or today))
    if form.validate_on_submit():
        try:
            binders.freeze(review, on=form.on.data or date.max, by=auth.staff_id(), now=config.now())
        except CannotBind as error:
            form.on.errors = [_refusals()[error.reason]]
        else:
            flash(gettext("The evidence is frozen. Nothing in it can change any more."), "done")
            return redirect(url_for("fidelity.receipt", review_id=review_id), 303)
    there = binders.of_review(review_id)
    page = render_template("fidelity/freeze.html", form=form, review=review, binder=there, over=review.state in OVER)
    return page, 422 if form.errors else 200


def _refusals() -> dict[str, str]:
    return {
        "over": gettext("This review is over. Nothing is frozen any more"),
        "frozen": gettext("It is frozen already. Open the binder"),
        "to_come": gettext("Choose today, or a day before"),
        "before_start": gettext("No meeting was held by that day. Choose a later one"),
    }


@bp.get("/reviews/<int:review_id>/binder/receipt")
@policy("review.see", of="review")
def receipt(review_id: int) -> Answer:
    """When the binder was frozen, its hash and size; once it is closed, what was deleted, when and by whom. Shows nobody's data."""
    row = _binder(review_id)
    return render_template(
        "fidelity/receipt.html", binder=row, blocks=_kinds(_receipt(row)), closes_on=binders.closes_on(row),
        may_close=binders.may_close(row, config.now()),
    )


@bp.get("/reviews/<int:review_id>/binder/receipt.pdf")
@policy("review.see", of="review")
def receipt_file(review_id: int) -> Response:
    """The receipt on paper."""
    row = _binder(review_id)
    group, title = row.review.group, gettext("Receipt of deletion") if row.closed_at else gettext("Receipt of freezing")
    footer = [group.name, _instrument(row), gettext("data of %(day)s", day=full_day(row.data_on))]
    document = PrintDocument(title, language(), _receipt(row), above=group.name, footer=footer, page_word=gettext("Page"))
    made = render([document], paper=group.centre.paper)  # type: ignore[arg-type]
    return send_file(io.BytesIO(made), mimetype="application/pdf", download_name=f"receipt-{group.code}.pdf")


def _instrument(row: Binder) -> str:
    return gettext("%(name)s, version %(version)s", name=curriculum(instrument_of(row.review).name), version=row.instrument_version)


def _receipt(row: Binder) -> list[Block]:
    group, who = row.review.group, _names(row)
    pairs: list[tuple[str, Any]] = [
        (gettext("Group"), group.name), (gettext("Data of"), full_day(row.data_on)), (gettext("Instrument"), _instrument(row)),
        (gettext("Frozen"), when(row.frozen_at, group.timezone)), (gettext("Frozen by"), who(row.frozen_by_id)),
        (gettext("Size"), gettext("%(count)s bytes", count=row.size)),
    ]
    blocks: list[Block] = [Pairs(pairs)]
    if row.closed_at is not None:
        blocks = [
            Paragraph(gettext("The copies below were deleted and can no longer be read by anybody. The records of the group itself stay.")),
            Pairs([(gettext("Deleted"), when(row.closed_at, group.timezone)), (gettext("Deleted by"), who(row.closed_by_id)), *pairs]),
        ]
    counted = [[str(wording.SECTION_NAMES[section]), str(count)] for section, count in json.loads(row.counts).items()]
    blocks.append(Paragraph(f"SHA-256: {row.sha256}", small=True))
    return [*blocks, Table([gettext("Part"), gettext("Rows")], counted, widths=[4, 1], small=True)]


def _names(row: Binder) -> Any:
    known = {key: person.name for key in (row.frozen_by_id, row.closed_by_id) if key and (person := db.session.get(Staff, key))}
    return lambda key: known.get(key, gettext("the program"))


@bp.post("/reviews/<int:review_id>/binder/close")
@policy("binder.close", of="review")
def close_binder(review_id: int) -> Answer:
    """Delete the copies in the binder now."""
    try:
        binders.close(_binder(review_id), by=auth.staff_id(), now=config.now())
    except CannotBind as error:
        told = gettext("Assessors may still need it. It closes when the report is final, or when the review is no longer open.")
        flash(told if error.reason == "open" else gettext("It is closed already."), "error")
    else:
        flash(gettext("The copies are deleted. This is the receipt."), "done")
    return redirect(url_for("fidelity.receipt", review_id=review_id), 303)
