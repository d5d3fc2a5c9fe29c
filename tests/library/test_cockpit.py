"""The translation cockpit over HTTP: a coordinator translates a page, stands by it, and the group reads it."""

import io
import re

import pytest

from imrgroups.db import db
from imrgroups.library import actions, content
from imrgroups.library.content import cockpit, glossary
from imrgroups.library.content.blocks import CurriculumError
from imrgroups.library.content.shelf import opened
from imrgroups.library.models import Comment, TranslationEdit, TranslationReview
from tests.library.conftest import HANDOUT, in_danish
from tests.library.test_actions import plain, say, texts
from tests.library.test_views import body, text_of

pytestmark = pytest.mark.usefixtures("translations")

BOARD = f"/curriculum/translate/da/{HANDOUT}"


def fields(page):
    """What a browser would send back of the page: (said, seen) by the key of each text."""
    said = re.findall(r'<textarea [^>]*name="said-(\w+)"[^>]*>(.*?)</textarea>', page, re.S)
    seen = dict(re.findall(r'name="seen-(\w+)" value="(\d+)"', page))
    from html import unescape

    return {key: (unescape(text), seen[key]) for key, text in said}


def sent(found, **changed):
    """The form of the page with some texts changed, by key."""
    data = {}
    for key, (text, seen) in found.items():
        data |= {f"said-{key}": changed.get(key, text), f"seen-{key}": seen}
    return data


def test_the_cockpit_is_for_coordinators(browser_as, world, sheet):
    gets = ["/curriculum/translate", "/curriculum/translate/da", BOARD, "/curriculum/translate/da/curriculum.po"]
    row = actions.comment("da", sheet, "x", by=world.staff["Dana"].id, now=world.now)
    posts = ["/curriculum/translate/da", BOARD, f"{BOARD}/review", f"/curriculum/comments/{row.id}/done"]
    for name, status in (("", 302), ("Dana", 403), ("Kim", 403), ("Adam", 403)):
        client = browser_as(name)
        assert {client.get(path).status_code for path in gets} == {status}
        assert {client.post(path, data={}).status_code for path in posts} == {status}
    assert db.session.get(Comment, row.id).done_at is None
    nora = browser_as("Nora")
    assert {nora.get(path).status_code for path in gets} == {200}


def test_what_there_is_not_is_not_found(browser_as):
    client = browser_as("Nora")
    for path in ("en", "xx", f"en/{HANDOUT}", "da/nothing", "e/words"):
        assert client.get(f"/curriculum/translate/{path}").status_code == 404, path
    assert client.post("/curriculum/comments/99/done").status_code == 404
    assert client.post("/curriculum/translate/da/nothing", data={}).status_code == 404


def test_a_page_is_translated_from_its_first_word_to_a_name_that_stands_by_it(browser_as, world, sheet):
    # given a page nobody has said a word of in Hebrew
    client, board = browser_as("Nora"), f"/curriculum/translate/he/{HANDOUT}"
    page = body(client.get(board))
    found = fields(page)
    assert len(found) == len(sheet.messages) and not any(text for text, _seen in found.values())
    assert page.count("Not translated yet") == len(found)
    # when Nora writes all of it and saves from the first text
    words = {cockpit.key(source): "**מילה** ועוד" if "**" in source else "החלמה" for source in texts(sheet)}
    answer = client.post(board, data={**sent(found, **words), "save": next(iter(words))})
    # then she is led back to where she was, and every text is kept
    assert answer.status_code == 303 and answer.location.endswith(f"{board}#t-{next(iter(words))}")
    assert text_of(body(browser_as("Dana").get(f"/curriculum/handouts/{HANDOUT}?in=he"))) == ("he", "rtl")
    # and when she has read it she stands by it
    page = body(client.get(board))
    digest = re.search(r'id="digest" value="(\w+)"', page)[1]
    refused = client.post(f"{board}/review", data={"digest": digest})
    assert refused.status_code == 422 and "Tick the box when you have read all of it" in body(refused)
    answer = client.post(f"{board}/review", data={"digest": digest, "read": "y"})
    assert answer.status_code == 303
    assert "Reviewed by Nora on Tue 12 Jan." in body(browser_as("Dana").get(f"/curriculum/handouts/{HANDOUT}?in=he"))
    row = db.session.query(TranslationReview).one()
    assert (row.name, row.reviewed_on, row.sheet) == ("Nora", world.today, HANDOUT)


def test_a_page_that_is_not_finished_or_changed_meanwhile_gets_no_name(browser_as, world, sheet):
    client = browser_as("Nora")
    board = "/curriculum/translate/da/stress-what-it-is/review"
    answer = client.post(board, data={"digest": "x", "read": "y"})
    assert answer.status_code == 422 and "Translate every text first" in body(answer)
    digest = re.search(r'id="digest" value="(\w+)"', body(client.get(BOARD)))[1]
    say(world, sheet, plain(sheet)[0], "Ændret imens", name="Lena")
    answer = client.post(f"{BOARD}/review", data={"digest": digest, "read": "y"})
    assert answer.status_code == 422 and "Somebody changed a text while you were reading" in body(answer)
    assert db.session.query(TranslationReview).count() == 0


def test_only_what_was_changed_becomes_a_row(browser_as, world, sheet):
    client, key = browser_as("Nora"), cockpit.key(plain(sheet)[0])
    found = fields(body(client.get(BOARD)))
    assert client.post(BOARD, data={**sent(found, **{key: "Kun denne"}), "save": key}).status_code == 303
    assert [row.text for row in db.session.query(TranslationEdit)] == ["Kun denne"]
    assert "Written by Nora" in body(client.get(BOARD))


def test_with_htmx_one_text_is_saved_and_only_its_line_comes_back(browser_as, sheet):
    client, (first, second) = browser_as("Nora"), [cockpit.key(source) for source in texts(sheet)[1:3]]
    found = fields(body(client.get(BOARD)))
    data = {**sent(found, **{first: "Gemt", second: "Ikke gemt endnu"}), "save": first}
    answer = client.post(BOARD, data=data, headers={"HX-Request": "true"})
    page = body(answer)
    assert answer.status_code == 200 and "<html" not in page
    assert page.count("<textarea") == 1 and f'id="t-{first}"' in page and 'role="status"' in page
    assert 'id="digest"' in page and 'id="tally" hx-swap-oob="true"' in page
    assert [row.text for row in db.session.query(TranslationEdit)] == ["Gemt"]


def test_a_mistake_stays_on_the_page_with_what_to_do(browser_as, sheet):
    client, (source, bold) = browser_as("Nora"), plain(sheet)
    found = fields(body(client.get(BOARD)))
    data = {**sent(found, **{cockpit.key(source): "Godt", cockpit.key(bold): "Uden fed"}), "save": cockpit.key(bold)}
    answer = client.post(BOARD, data=data)
    page = body(answer)
    assert answer.status_code == 422 and "<title>Error:" in page
    assert f'href="#said-{cockpit.key(bold)}"' in page and "put ** before and after them" in page
    typed = fields(page)
    assert typed[cockpit.key(bold)][0] == "Uden fed" and typed[cockpit.key(source)][0] == "Godt"
    assert db.session.query(TranslationEdit).count() == 0
    line = client.post(BOARD, data=data, headers={"HX-Request": "true"})
    assert line.status_code == 422 and body(line).count("<textarea") == 1 and "Uden fed" in body(line)


def test_two_who_write_the_same_text_see_both(browser_as, world, sheet):
    source = plain(sheet)[0]
    client, key = browser_as("Nora"), cockpit.key(source)
    found = fields(body(client.get(BOARD)))
    say(world, sheet, source, "Lenas ord", name="Lena")
    answer = client.post(BOARD, data={**sent(found, **{key: "Noras ord"}), "save": key})
    page = body(answer)
    assert answer.status_code == 409 and "Lena saved:" in page and "Lenas ord" in page
    assert fields(page)[key][0] == "Noras ord"
    answer = client.post(BOARD, data={**sent(fields(page)), "save": key})
    assert answer.status_code == 303 and opened().language("da").say(source) == "Noras ord"


def test_an_old_translation_of_changed_english_is_only_taken_by_its_own_button(browser_as, world, sheet):
    source = max((text for text in texts(sheet) if "**" not in text), key=len)
    key, old = cockpit.key(source), f"{source} Until then."
    db.session.add(TranslationEdit(locale="he", key=cockpit.key(old), source=old, text="נוסח ישן", sheet=sheet.id, at=world.now))
    db.session.commit()
    client, board = browser_as("Nora"), f"/curriculum/translate/he/{HANDOUT}"
    page = body(client.get(board))
    assert "The English has changed. Read this again" in page and "<del>Until then.</del>" in page
    other = cockpit.key(next(text for text in texts(sheet) if text != source and "**" not in text))
    client.post(board, data={**sent(fields(page), **{other: "מילה"}), "save": other})
    assert opened().language("he").find(source) is None
    client.post(board, data={**sent(fields(body(client.get(board)))), "save": key})
    assert opened().language("he").find(source) == "נוסח ישן"


def test_words_to_keep_and_the_reading_level_stand_beside_each_text(browser_as, world, sheet, translations):
    source = next(text for text in texts(sheet) if "group" in text and "**" not in text)
    (translations / glossary.FILE).write_text('[[term]]\nen = "group"\nda = ["gruppe"]\n', encoding="utf-8")
    client = browser_as("Nora")
    assert "is not in the translation" in body(client.get(BOARD))
    say(world, sheet, source, "I gruppen taler vi. " + "Vi " * 25 + "hviler.")
    page = body(client.get(BOARD))
    line = page.split(f'id="t-{cockpit.key(source)}"')[1].split("</section>")[0]
    assert "<strong" in line and "gruppe" in line and "is not in the translation" not in line
    assert "LIX" in line and "longest sentence 26 words" in line and "a sentence is too long" in line


def test_comments_from_the_room_are_read_and_dealt_with(browser_as, world, sheet):
    row = actions.comment("da", sheet, "Svært ord", about=cockpit.key(plain(sheet)[0]), by=world.staff["Dana"].id, now=world.now)
    client = browser_as("Nora")
    assert "1 comment from the room" in body(client.get("/curriculum/translate/da"))
    assert "Svært ord" in body(client.get("/curriculum/translate")) and "Svært ord" in body(client.get(BOARD))
    answer = client.post(f"/curriculum/comments/{row.id}/done")
    assert answer.status_code == 303 and answer.location == BOARD
    assert "Svært ord" not in body(client.get(BOARD))
    english = actions.comment("en", sheet, "Too long", by=world.staff["Dana"].id, now=world.now)
    assert client.post(f"/curriculum/comments/{english.id}/done").location == "/curriculum/translate"


def test_the_list_shows_what_is_left_by_module(browser_as, world, sheet):
    client = browser_as("Nora")
    work, review, everything = (body(client.get(f"/curriculum/translate/da?show={show}")) for show in ("work", "review", "all"))
    assert f'href="{BOARD}"' not in work and 'href="/curriculum/translate/da/stress-what-it-is"' in work
    assert f'href="{BOARD}"' in review and "Nobody has reviewed it yet." in review
    assert everything.count('href="/curriculum/translate/da/') > len(cockpit.sheets(content.load()))
    assert "texts are translated" in work


def test_another_language_can_be_begun(browser_as):
    client = browser_as("Nora")
    answer = client.get("/curriculum/translate?locale=ar")
    assert answer.status_code == 303 and answer.location == "/curriculum/translate/ar"
    assert client.get("/curriculum/translate?locale=da").status_code == 422
    assert client.get("/curriculum/translate?locale=").status_code == 422
    page = body(client.get(f"/curriculum/translate/ar/{HANDOUT}"))
    assert re.search(r'<textarea [^>]*lang="ar" dir="rtl"', page)


def test_a_catalogue_goes_out_and_what_comes_back_is_told_line_by_line(browser_as, sheet):
    client, (source, bold) = browser_as("Nora"), plain(sheet)
    data = client.get("/curriculum/translate/da/curriculum.po")
    assert data.headers["Content-Disposition"] == 'attachment; filename="curriculum-da.po"'
    escape = str.maketrans({'"': '\\"'})
    po = f'msgid "{source.translate(escape)}"\nmsgstr "Kom tilbage"\n\nmsgid "{bold.translate(escape)}"\nmsgstr "Uden fed"\n'
    answer = client.post("/curriculum/translate/da", data={"file": (io.BytesIO(po.encode()), "curriculum.po")})
    page = body(answer)
    assert answer.status_code == 200 and "1 text was taken over." in page and "Line 4: Keep the bold words" in page
    assert opened().language("da").say(source) == "Kom tilbage"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, "Choose the file that came back"),
        (b'msgid "a"\nmsgstr "b"\nnonsense\n', "Line 3 is not part of a catalogue"),
        (b"\xff\xfe", "Save the file as UTF-8"),
        (b'msgid ""\nmsgstr ""\n"Language: sv\\n"\n', "This file is for another language"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(browser_as, file, said):
    data = {"file": (io.BytesIO(file), "x.po")} if file else {}
    answer = browser_as("Nora").post("/curriculum/translate/da", data=data)
    page = body(answer)
    assert answer.status_code == 422 and said in page and "<title>Error:" in page and 'href="#file"' in page


def test_the_glossary_is_whole_and_keeps_the_longest_words():
    from imrgroups.config import translations_folder

    terms = glossary.read(translations_folder())
    assert len(terms) > 30 and all({"da", "sv", "he"} <= set(term.said) for term in terms)
    found = glossary.wanted("Early warning signs of a relapse come early.", "da", terms)
    assert [term.english for term in found] == ["early warning sign", "relapse"]
    relapse = found[1]
    assert relapse.kept("**Tilbagefaldet** kom", "da") and not relapse.kept("Det kom igen", "da")
    assert glossary.wanted("A relapse", "ar", terms) == []


@pytest.mark.parametrize(
    ("source", "line"),
    [("x = ", 1), ('[[term]]\nen = "a"\nda = ["b"]\n[[term]]\nda = ["b"]\n', 4), ('[[term]]\nen = "a"\nda = "b"\n', 1)],
)
def test_a_mistake_in_the_glossary_is_named_with_its_line(tmp_path, source, line):
    (tmp_path / glossary.FILE).write_text(source, encoding="utf-8")
    with pytest.raises(CurriculumError) as error:
        glossary.read(tmp_path)
    assert error.value.line == line


def test_every_text_of_the_catalogue_stands_on_a_sheet_and_every_sheet_can_be_opened(browser_as):

    sheets = cockpit.sheets(content.load())
    standing = {message.text.source for sheet in sheets.values() for message in sheet.messages}
    assert standing == {message.id for message in cockpit.template(content.load()) if message.id}
    client = browser_as("Nora")
    kinds = {sheet.kind: sheet.id for sheet in sheets.values()}
    assert all(client.get(f"/curriculum/translate/da/{id}").status_code == 200 for id in kinds.values())
    assert in_danish("Page") in body(client.get("/curriculum/translate/da/words"))
