"""Translations made here, their reviews, comments from the room, and catalogues that go out and come back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.library import actions, content
from imrgroups.library.actions import CannotTranslate, Said
from imrgroups.library.content import catalogues, cockpit
from imrgroups.library.content.shelf import opened
from imrgroups.library.models import Comment, TranslationEdit, TranslationReview
from tests.library.conftest import HANDOUT, in_danish

pytestmark = pytest.mark.usefixtures("translations")


def texts(sheet):
    return [message.text.source for message in sheet.messages]


def say(world, sheet, source, text, *, locale="da", seen=0, name="Nora"):
    said = {cockpit.key(source): Said(text, seen)}
    return actions.translate(locale, sheet, said, by=world.staff[name].id, now=world.now)


def newest(locale="da"):
    wanted = select(TranslationEdit).where(TranslationEdit.locale == locale).order_by(TranslationEdit.id.desc())
    return db.session.execute(wanted).scalars().first()


def refused(act, *args, **kwargs):
    with pytest.raises(CannotTranslate) as refusal:
        act(*args, **kwargs)
    db.session.rollback()
    return refusal.value


def plain(sheet):
    """A text without bold marks, and one with them."""
    return next(t for t in texts(sheet)[1:] if "**" not in t), next(t for t in texts(sheet) if "**" in t)


def test_an_edit_lies_over_the_shipped_text_and_the_newest_counts(world, sheet):
    source, _bold = plain(sheet)
    assert opened().language("da").say(source) == in_danish(source)
    assert say(world, sheet, source, "Første forsøg") == 1
    assert say(world, sheet, source, "Andet forsøg", seen=newest().id) == 1
    assert opened().language("da").say(source) == "Andet forsøg"
    page = opened().page(HANDOUT, "da")
    assert "Andet forsøg" in page.html and in_danish(source) not in page.html


def test_an_edit_is_a_new_version_of_the_page(world, sheet):
    before = opened().page(HANDOUT, "da").document.version
    say(world, sheet, plain(sheet)[0], "Noget andet")
    assert opened().page(HANDOUT, "da").document.version != before


def test_an_empty_text_goes_back_to_what_was_shipped(world, sheet):
    source, _bold = plain(sheet)
    say(world, sheet, source, "Midlertidigt")
    assert say(world, sheet, source, "", seen=newest().id) == 1
    assert opened().language("da").say(source) == in_danish(source)
    assert say(world, sheet, source, "", seen=newest().id) == 0


def test_saying_the_same_again_writes_nothing(world, sheet):
    source, _bold = plain(sheet)
    assert say(world, sheet, source, in_danish(source)) == 0
    assert newest() is None
    say(world, sheet, source, "Nyt")
    entries = db.session.execute(select(audit.AuditEntry.id)).all()
    assert say(world, sheet, source, "Nyt", seen=0) == 0
    assert len(db.session.execute(select(audit.AuditEntry.id)).all()) == len(entries)


def test_a_page_that_is_out_of_date_does_not_overwrite_a_newer_text(world, sheet):
    source, _bold = plain(sheet)
    say(world, sheet, source, "Fra Nora")
    refusal = refused(say, world, sheet, source, "Fra Dana", name="Dana")
    assert refusal.texts == {cockpit.key(source): "stale"}
    assert opened().language("da").say(source) == "Fra Nora"
    assert say(world, sheet, source, "Fra Nora", name="Dana") == 0


def test_bold_marks_and_placeholders_must_be_kept_and_nothing_is_half_written(world, sheet):
    source, bold = plain(sheet)
    said = {cockpit.key(source): Said("Godt", 0), cockpit.key(bold): Said("Uden fed skrift", 0), "nothing": Said("x", 0)}
    refusal = refused(actions.translate, "da", sheet, said, by=None, now=world.now)
    assert refusal.texts == {cockpit.key(bold): "bold", "nothing": "unknown"}
    assert newest() is None
    assert refused(say, world, sheet, source, "x" * 5000).texts == {cockpit.key(source): "long"}
    assert cockpit.fault("Call %(number)s or {place}", "Ring %(number)s eller {place}") == ""
    assert cockpit.fault("Call %(number)s", "Ring %(nummer)s") == "placeholder"


def test_what_somebody_types_keeps_its_hard_spaces_and_marks_of_direction():
    assert cockpit.typed(" 5\u00a0%\r\n  er\tnok\x00 \u200f") == "5\u00a0% er nok \u200f"


def test_a_review_stands_until_a_text_or_its_english_changes(world, sheet, translations):
    lines = opened().lines(sheet, "da")
    actions.review("da", sheet, cockpit.digest(lines), on=date(2027, 1, 12), by=world.staff["Nora"].id, now=world.now)
    page = opened().page(HANDOUT, "da")
    assert (page.remark, page.review.name, page.review.on) == ("reviewed", "Nora", date(2027, 1, 12))
    say(world, sheet, plain(sheet)[0], "Ændret bagefter")
    page = opened().page(HANDOUT, "da")
    assert (page.remark, page.review.name) == ("changed", "Nora")


def test_only_a_finished_page_that_is_still_the_same_can_be_reviewed(world, sheet):
    other = cockpit.sheets(content.load())["stress-what-it-is"]
    act = {"on": world.today, "by": world.staff["Nora"].id, "now": world.now}
    digest = cockpit.digest(opened().lines(other, "da"))
    assert refused(actions.review, "da", other, digest, **act).reason == "unfinished"
    digest = cockpit.digest(opened().lines(sheet, "da"))
    say(world, sheet, plain(sheet)[0], "Ændret imens")
    assert refused(actions.review, "da", sheet, digest, **act).reason == "stale"
    assert db.session.execute(select(TranslationReview)).first() is None


def test_the_digest_of_a_sheet_is_the_digest_of_its_page():
    shelf = opened()
    for document in shelf.programme.documents():
        lines = shelf.lines(cockpit.sheets(shelf.programme)[document.id], "da")
        assert cockpit.digest(lines) == cockpit.page_digest(content.translate(document, shelf.language("da"))), document.id


def test_a_review_that_was_shipped_is_shown_until_somebody_edits_here(world, sheet, translations):
    po = catalogues.po_path(translations, "da")
    made = catalogues.current(cockpit.template(content.load()), translations, "da")
    for message in made:
        if message.id in texts(sheet):
            message.user_comments = ["reviewed: Ida Holm 2027-01-05"]
    catalogues.write(made, po)
    page = opened().page(HANDOUT, "da")
    assert (page.remark, page.review.said) == ("reviewed", "Ida Holm 2027-01-05")
    say(world, sheet, plain(sheet)[0], "Ændret her")
    assert opened().page(HANDOUT, "da").remark == "unreviewed"


def test_a_text_whose_english_changed_is_named_with_what_it_was(world, sheet, translations):
    source, _bold = plain(sheet)
    made = catalogues.current(cockpit.template(content.load()), translations, "da")
    old = f"{source} Until then."
    message = made.get(source)
    message.string, message.previous_id = "da gammel", [old]
    message.flags.add("fuzzy")
    catalogues.write(made, catalogues.po_path(translations, "da"))
    line = next(line for line in opened().lines(sheet, "da") if line.source == source)
    assert (line.state, line.before, line.said) == (cockpit.CHANGED, old, "da gammel")
    assert ("gone", "Until then.") in cockpit.difference(line.before, line.source)


def test_an_edit_of_english_that_changed_since_is_offered_for_the_new_text(world, sheet):
    source = max(texts(sheet), key=len)
    old = f"{source} Until then."
    db.session.add(TranslationEdit(locale="he", key=cockpit.key(old), source=old, text="נוסח ישן", sheet=sheet.id, at=world.now))
    db.session.commit()
    line = next(line for line in opened().lines(sheet, "he") if line.source == source)
    assert (line.state, line.before, line.said) == (cockpit.CHANGED, old, "נוסח ישן")
    assert opened().language("he").find(source) is None


def test_comments_wait_until_they_are_dealt_with(world, sheet):
    source, _bold = plain(sheet)
    row = actions.comment("da", sheet, "Svært ord", about=cockpit.key(source), by=world.staff["Dana"].id, now=world.now)
    actions.comment("en", sheet, "Too long", by=world.staff["Dana"].id, now=world.now + timedelta(minutes=1))
    assert [(comment.text, name) for comment, name in actions.open_comments("da", HANDOUT)] == [("Svært ord", "Dana"), ("Too long", "Dana")]
    assert [comment.text for comment, _name in actions.open_comments("sv")] == ["Too long"]
    assert actions.comment_counts("da") == {HANDOUT: 2}
    actions.settle(row, by=world.staff["Nora"].id, now=world.now)
    actions.settle(row, by=world.staff["Adam"].id, now=world.now)
    assert db.session.get(Comment, row.id).done_by_id == world.staff["Nora"].id
    assert actions.comment_counts("da") == {HANDOUT: 1}


def test_a_comment_without_words_or_with_too_many_is_refused(world, sheet):
    assert refused(actions.comment, "da", sheet, "", by=None, now=world.now).reason == "empty"
    row = actions.comment("da", sheet, "x", about="no text of this page", by=None, now=world.now)
    assert row.source == ""
    assert refused(actions.comment, "da", sheet, "x" * 5000, by=None, now=world.now).reason == "long"


def test_what_is_written_here_goes_out_and_comes_back_without_a_change(world, sheet):
    from imrgroups.library.content import exchange

    source, bold = plain(sheet)
    say(world, sheet, source, "Skrevet her")
    actions.review("da", sheet, cockpit.digest(opened().lines(sheet, "da")), on=world.today, by=world.staff["Nora"].id, now=world.now)
    data = exchange.sent(opened(), "da")
    assert "Skrevet her" in data.decode() and "# reviewed: Nora 2027-01-12" in data.decode()
    back = actions.upload("da", data, by=None, now=world.now)
    assert (back.taken, back.refused) == (0, ()) and back.same > 100
    back = actions.upload("da", data.replace(b"Skrevet her", "Skrevet på ny".encode()), by=None, now=world.now)
    assert (back.taken, back.refused) == (1, ())
    assert opened().language("da").say(source) == "Skrevet på ny"


def entry(source, said):
    return f'msgid "{source}"\nmsgstr "{said}"\n'.replace("\n\n", "\n")


def test_a_catalogue_that_comes_back_says_line_by_line_what_was_left_out(world, sheet):
    source, bold = plain(sheet)
    say(world, sheet, texts(sheet)[2], "Skrevet imens")
    escape = str.maketrans({'"': '\\"'})
    blocks = [
        entry(source.translate(escape), "Taget over"),
        entry(bold.translate(escape), "Uden fed"),
        entry("Not of this curriculum", "Ukendt"),
        "#, fuzzy\n" + entry(texts(sheet)[3].translate(escape), "Usikker"),
        entry(texts(sheet)[2].translate(escape), "Fra en gammel fil"),
    ]
    data = "\n".join(blocks)
    back = actions.upload("da", b"\xef\xbb\xbf" + data.encode(), by=world.staff["Nora"].id, now=world.now)
    lines = data.split("\n")
    assert [(each.reason, lines[each.line - 1]) for each in back.refused] == [
        ("bold", f'msgid "{bold}"'), ("unknown", 'msgid "Not of this curriculum"'), ("stale", f'msgid "{texts(sheet)[2]}"'),
    ]
    assert (back.taken, opened().language("da").say(source)) == (1, "Taget over")
    assert opened().language("da").say(texts(sheet)[2]) == "Skrevet imens"


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b'msgid "a"\nmsgstr "b"\nnonsense\n', "file", 3),
        ("msgid \"a\"\nmsgstr \"bæ\"\n".encode("latin-1"), "encoding", 0),
        (b'msgid ""\nmsgstr ""\n"Language: sv\\n"\n', "language", 0),
    ],
)
def test_a_file_that_is_no_catalogue_of_the_language_is_refused(world, data, reason, line):
    refusal = refused(actions.upload, "da", data, by=None, now=world.now)
    assert (refusal.reason, refusal.line) == (reason, line)


def test_no_words_of_a_translation_stand_in_the_audit(world, sheet):
    say(world, sheet, plain(sheet)[0], "Hemmelige ord")
    entries = db.session.execute(select(audit.AuditEntry).where(audit.AuditEntry.action.like("library.%"))).scalars().all()
    assert [row.action for row in entries] == ["library.translated"]
    assert "Hemmelige" not in entries[0].detail


def test_an_older_copy_of_the_database_put_back_is_noticed(world, sheet):
    source, _bold = plain(sheet)
    say(world, sheet, source, "Senere fortrudt")
    assert opened().language("da").say(source) == "Senere fortrudt"
    db.session.delete(newest())
    db.session.commit()
    assert opened().language("da").say(source) == in_danish(source)
