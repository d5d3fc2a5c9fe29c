"""The pages of the curriculum on screen and paper, comments from the room, and the translation cockpit."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as Redirect

from imrgroups import auth, config, i18n, pdf
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.i18n import gettext
from imrgroups.library import actions, content, forms
from imrgroups.library.actions import CannotTranslate, Said
from imrgroups.library.content import Document, Language, Module, cockpit, exchange, search
from imrgroups.library.content.board import Board, board_of
from imrgroups.library.content.shelf import Page, Shelf, opened
from imrgroups.library.models import Comment
from imrgroups.staff.models import Centre

bp = Blueprint("library", __name__)
Answer = str | Response | Redirect | tuple[str, int]
MAY = ("library.comment", "library.translate")  # what a page looks different by
TOKEN = "token-of-the-form"
NOTHING: Mapping[str, Any] = {}


def address(document: Document, **extra: Any) -> str:
    """Where a page is shown; its PDF with paper="pdf"."""
    if document.kind in ("handout", "worksheet"):
        return url_for(f"library.{document.kind}", **{document.kind: document.id}, **extra)
    if document.kind == "guide":
        return url_for("library.guide", module=document.module, topic=document.topic, **extra)
    return url_for("library.sheet", module=document.module, sheet=document.kind, **extra)


def _locale(shelf: Shelf, offered: tuple[str, ...] = ()) -> str:
    """The language asked for in the address, else that of the page where the text has it."""
    asked = request.args.get("in", "")
    if asked in shelf.locales:
        return asked
    return i18n.language() if i18n.language() in (offered or shelf.locales) else "en"


def _large() -> bool:
    """Whether somebody wants larger text; kept for as long as they are signed in."""
    asked = request.args.get("size")
    if asked in ("large", "normal"):
        session["text_size"] = asked
    return session.get("text_size") == "large"


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"words": forms, "address": address, "own_name": i18n.own_name, "direction_of": i18n.direction, "large": _large()}


@bp.get("/curriculum")
@policy("library.see")
def index() -> Answer:
    """The modules with their topics, or what is found by the words searched for."""
    shelf, text = opened(), request.args.get("q", "").strip()
    language, modules = shelf.language(_locale(shelf)), shelf.programme.modules.values()
    found = list(search.found(shelf.programme, language, text))
    return render_template("library/index.html", modules=modules, language=language, text=text, found=found)


@bp.get("/curriculum/<module>")
@policy("library.see")
def module(module: str) -> Answer:
    """One module: what there is for each topic, for family and ward, homework to choose from, and where its facts come from."""
    shelf, one, language = _module(module)
    return render_template("library/module.html", module=one, language=language, locales=shelf.locales, find=shelf.programme.find)


def _module(id: str) -> tuple[Shelf, Module, Language]:
    shelf = opened()
    return shelf, shelf.programme.modules.get(id) or abort(404), shelf.language(_locale(shelf))


@bp.get("/curriculum/<module>/pack.pdf")
@policy("library.see")
def pack(module: str) -> Answer:
    """Everything of a module in one file; with the leader guides on request."""
    shelf, one, language = _module(module)
    return _file(content.module_pack(one, shelf.programme, language, guides="guides" in request.args), f"{one.id}-{language.locale}")


@bp.get("/curriculum/<module>/guide/<topic>")
@bp.get("/curriculum/<module>/guide/<topic>.<any(pdf):paper>")
@policy("library.see")
def guide(module: str, topic: str, paper: str = "") -> Answer:
    """A leader's hour for one topic."""
    return _answer(f"guide-{module}-{topic}", "guide", paper)


@bp.get("/curriculum/handouts/<handout>")
@bp.get("/curriculum/handouts/<handout>.<any(pdf):paper>")
@policy("library.see")
def handout(handout: str, paper: str = "") -> Answer:
    """What participants get for one topic."""
    return _answer(handout, "handout", paper)


@bp.get("/curriculum/worksheets/<worksheet>")
@bp.get("/curriculum/worksheets/<worksheet>.<any(pdf):paper>")
@policy("library.see")
def worksheet(worksheet: str, paper: str = "") -> Answer:
    """A page to fill in."""
    return _answer(worksheet, "worksheet", paper)


@bp.get("/curriculum/<module>/<any(family, ward):sheet>")
@bp.get("/curriculum/<module>/<any(family, ward):sheet>.<any(pdf):paper>")
@policy("library.see")
def sheet(module: str, sheet: str, paper: str = "") -> Answer:
    """A module's page for family and friends, or for ward staff."""
    return _answer(f"{sheet}-{module}", sheet, paper)


def _answer(id: str, kind: str, paper: str) -> Answer:
    """A page in the language asked for, on screen or paper; 404 where there is none of this kind."""
    shelf = opened()
    if getattr(shelf.programme.find(id), "kind", "") != kind:
        abort(404)
    page = shelf.page(id, _locale(shelf, shelf.page(id, "en").offered))
    if paper:
        name = secure_filename(shelf.programme.document(id).safe_title.plain)  # a list of downloads is a shared screen, too
        return _file([content.printed(page.document, shelf.programme, page.language)], f"{name}-{page.language.locale}")
    return _shown(shelf, page)


def _shown(shelf: Shelf, page: Page, form: forms.CommentForm | None = None) -> Answer:
    """The page. Only the frame around it, the form's token and what somebody typed are made anew each time."""
    def make() -> str:
        return render_template("library/_page.html", page=page, document=page.document, form=form, token=TOKEN)
    key = (page.document.id, page.language.locale, i18n.language(), _large(), request.root_path, *map(auth.may, MAY))
    body = (make() if form else shelf.body(key, make)).replace(TOKEN, generate_csrf())
    return render_template("library/page.html", page=page, document=page.document, form=form, body=body), 422 if form else 200


def _file(documents: list[pdf.PrintDocument], name: str) -> Response:
    data = pdf.render(documents, paper=getattr(_centre(), "paper", "a4"), large=request.args.get("size") == "large")
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


def _centre() -> Centre | None:
    """The centre of whoever is signed in: its paper is in the printer, its day is today."""
    own = (ties := auth.me()) and ties.centres()
    return db.session.get(Centre, min(own)) if own else None


@bp.post("/curriculum/comments/<locale>/<sheet>")
@policy("library.comment")
def comment(locale: str, sheet: str) -> Answer:
    """What somebody in the room said about a page."""
    shelf = opened()
    if shelf.programme.find(sheet) is None or locale not in shelf.locales:
        abort(404)
    page, form = shelf.page(sheet, locale), forms.CommentForm()
    if not form.validate_on_submit():
        return _shown(shelf, page, form)
    one = cockpit.sheets(shelf.programme)[sheet]
    actions.comment(locale, one, form.text.data, about=form.about.data or "", by=auth.staff_id(), now=config.now())
    flash(gettext("Thank you. Whoever translates will see it."), "done")
    return redirect(address(page.document, **{"in": locale}), 303)


def _spoken(locale: str) -> Shelf:
    """The shelf, when the language is one that can be translated into; 404 else."""
    shelf = opened()
    if locale == "en" or not (locale in shelf.locales or forms.known_language(locale)):
        abort(404)
    return shelf


def _board(locale: str, sheet: str) -> Board:
    return board_of(shelf := _spoken(locale), cockpit.sheets(shelf.programme).get(sheet) or abort(404), locale)


@bp.get("/curriculum/translate")
@policy("library.translate")
def languages() -> Answer:
    """How far each language has come, and the way to begin another."""
    shelf = opened()
    begun = tuple(locale for locale in dict.fromkeys((*shelf.locales, *i18n.LOCALES)) if locale != "en")
    form = forms.BeginForm(request.args, meta={"csrf": False}, begun=begun)
    if "locale" in request.args and form.validate():
        return redirect(url_for("library.language", locale=form.locale.data), 303)
    far, comments = {locale: shelf.total(locale) for locale in begun}, actions.open_comments()
    return render_template("library/languages.html", far=far, form=form, comments=comments), 422 if form.errors else 200


@bp.get("/curriculum/translate/<locale>")
@policy("library.translate")
def language(locale: str) -> Answer:
    """Everything there is to translate into one language, with what is left to do."""
    return _language(_spoken(locale), locale, forms.UploadForm(formdata=None))


def _language(shelf: Shelf, locale: str, form: forms.UploadForm, uploaded: actions.Uploaded | None = None) -> Answer:
    shown = render_template(
        "library/language.html", code=locale, progress=shelf.progress(locale), total=shelf.total(locale), modules=shelf.programme.modules,
        form=form, uploaded=uploaded, comments=actions.comment_counts(locale), show=request.args.get("show", "work"),
    )
    return shown, 422 if form.errors else 200


@bp.get("/curriculum/translate/<locale>/curriculum.po")
@policy("library.translate")
def download(locale: str) -> Answer:
    """The catalogue of a language, with what was written here, for Poedit or Weblate."""
    name = {"Content-Disposition": f'attachment; filename="curriculum-{locale}.po"'}
    return Response(exchange.sent(_spoken(locale), locale), mimetype="text/x-gettext-translation", headers=name)


@bp.post("/curriculum/translate/<locale>")
@policy("library.translate")
def upload(locale: str) -> Answer:
    """Take over a catalogue that came back."""
    _spoken(locale)
    form, uploaded = forms.UploadForm(), None
    if form.validate_on_submit():
        try:
            uploaded = actions.upload(locale, form.file.data.read(), by=auth.staff_id(), now=config.now())
        except CannotTranslate as error:
            said = gettext("Line %(line)s is not part of a catalogue. Mend or remove it", line=error.line)
            form.file.errors = [said if error.reason == "file" else forms.why(error.reason)]
    return _language(opened(), locale, form, uploaded)


@bp.get("/curriculum/translate/<locale>/<sheet>")
@policy("library.translate")
def translation(locale: str, sheet: str) -> Answer:
    """One page, English and translation side by side, text by text."""
    return _translation(_board(locale, sheet), forms.ReviewForm(formdata=None))


def _translation(
    board: Board, form: forms.ReviewForm, typed: Mapping[str, Said] = NOTHING, wrong: Mapping[str, str] = NOTHING
) -> Answer:
    """The page, or with htmx the line that was saved. typed: what stays in the fields; wrong: reasons by the key of the text."""
    only = request.form.get("save", "") if "HX-Request" in request.headers else ""
    form.digest.data = board.digest
    shown = render_template(
        "library/_saved.html" if only else "library/translation.html", board=board, code=board.locale, only=board.of(only), form=form,
        comments=actions.open_comments(board.locale, board.sheet.id), editors=actions.editors(board.editors), typed=typed, wrong=wrong,
    )
    return shown, (409 if "stale" in wrong.values() else 422) if wrong or form.errors else 200


@bp.post("/curriculum/translate/<locale>/<sheet>")
@policy("library.translate")
def save(locale: str, sheet: str) -> Answer:
    """Keep one text; without htmx the others that were typed too, so that nothing is lost."""
    board, pressed, alone = _board(locale, sheet), request.form.get("save", ""), "HX-Request" in request.headers
    typed = _typed([pressed] if alone else [each.line.key for each in board.seen])
    meant = board.meant({key: (said.text, said) for key, said in typed.items()}, pressed)
    try:
        actions.translate(locale, board.sheet, meant, by=auth.staff_id(), now=config.now())
    except CannotTranslate as error:
        return _translation(_board(locale, sheet), forms.ReviewForm(formdata=None), typed, error.texts)
    if alone:
        return translation(locale, sheet)
    flash(gettext("Saved."), "done")
    return redirect(url_for("library.translation", locale=locale, sheet=sheet, _anchor=f"t-{pressed}"), 303)


def _typed(keys: Iterable[str]) -> dict[str, Said]:
    sent = {key: request.form.get(f"said-{key}") for key in keys}
    return {key: Said(cockpit.typed(text), request.form.get(f"seen-{key}", 0, type=int)) for key, text in sent.items() if text is not None}


@bp.post("/curriculum/translate/<locale>/<sheet>/review")
@policy("library.translate")
def review(locale: str, sheet: str) -> Answer:
    """Stand by a whole page, under one's own name."""
    board, form, centre, now = _board(locale, sheet), forms.ReviewForm(), _centre(), config.now()
    on = config.today(centre.timezone) if centre else now.date()
    if form.validate_on_submit():
        try:
            actions.review(locale, board.sheet, form.digest.data, on=on, by=auth.staff_id(), now=now)
        except CannotTranslate as error:
            form.read.errors = [forms.why("changed" if error.reason == "stale" else error.reason)]
        else:
            flash(gettext("Thank you. The page now says who stands by it."), "done")
            return redirect(url_for("library.language", locale=locale), 303)
    return _translation(board, form)


@bp.post("/curriculum/comments/<int:comment>/done")
@policy("library.translate")
def settle(comment: int) -> Answer:
    """A comment has been dealt with."""
    row = db.session.get(Comment, comment) or abort(404)
    actions.settle(row, by=auth.staff_id(), now=config.now())
    back = url_for("library.languages") if row.locale == "en" else url_for("library.translation", locale=row.locale, sheet=row.sheet)
    return redirect(back, 303)
