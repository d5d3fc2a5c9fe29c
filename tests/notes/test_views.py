"""The notes of a meeting over HTTP, four ways: signed out, somebody else's, refused, done."""

import html
import re
from datetime import date

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.audit import AccessEntry
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.library import content
from imrgroups.notes import actions, ledger
from imrgroups.notes.actions import Handed, MeetingRecord
from imrgroups.notes.models import MeetingNote, Signature
from imrgroups.people import actions as people

HELPS = "recovery-what-helps"


@pytest.fixture
def meeting(world):
    """The eighth meeting, held, about what helps people recover; Amal and Bo were there, Cy was not."""
    marks = {world.people[name].id: state for name, state in (("Amal", "present"), ("Bo", "late"), ("Cy", "absent"))}
    attendance.mark(meeting=world.meetings[8], marks=marks, versions={}, by=None, now=world.now)
    groups.set_topics(world.meetings[8], [("recovery-strategies", "what-helps")])
    db.session.commit()
    return world.meetings[8]


def where(meeting) -> str:
    return f"/meetings/{meeting.id}/notes"


def record(world, meeting, by="Dana", **parts):
    actions.record(meeting, MeetingRecord(**parts), by=world.staff[by].id, now=world.now)


def fields(answer) -> dict[str, list[str]]:
    """What a browser would send back of the big form: hidden fields, ticked boxes, chosen options, texts."""
    form = re.search(r'<form method="post" id="notes".*?</form>', answer.text, re.S)[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind, name, value = (
            (re.search(rf' {part}="([^"]*)"', tag) or [None, ""])[1] for part in ("type", "name", "value")
        )
        if name and (kind not in ("checkbox", "radio") or " checked" in tag):
            found.setdefault(name, []).append(html.unescape(value))
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', options)
        found[name] = [chosen[1] if chosen else re.search(r'<option value="([^"]*)"', options)[1]]
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = [html.unescape(text).removeprefix("\n")]
    return found


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def title_of(answer) -> str:
    return re.search("<title>(.*?)</title>", answer.text, re.S)[1]


def notes_of(meeting):
    return {note.participant_id: note.text for note in actions.notes_of(meeting.id)}


def test_signed_out_nobody_reads_or_writes_notes(world, meeting, browser_as):
    record(world, meeting, texts={None: "A calm hour."})
    nobody = browser_as()
    assert nobody.get(where(meeting)).status_code == 302
    assert nobody.post(where(meeting), data={"do": "sign"}).status_code == 302
    assert not db.session.execute(select(Signature)).first()


@pytest.mark.parametrize("name", ["Charlie", "Kim", "Adam", "Nora"])
def test_who_does_not_lead_the_group_reads_no_notes(world, meeting, browser_as, name):
    record(world, meeting, texts={None: "A calm hour."})
    browser = browser_as(name)
    answer = browser.get(where(meeting))
    assert answer.status_code == 403 and "calm" not in answer.text
    assert browser.post(where(meeting), data={"do": "sign"}).status_code == 403
    assert not db.session.execute(select(Signature)).first() and not db.session.execute(select(AccessEntry)).first()


def test_a_coordinator_with_a_reason_reads_notes_and_writes_none(world, meeting, browser_as):
    amal = world.people["Amal"].id
    given = [Handed(amal, HELPS, "da", "1")]
    record(world, meeting, texts={None: "A calm hour.", amal: "Told a joke."}, handouts=given, steps={"teach": 30})
    nora, key = browser_as("Nora"), world.staff["Nora"].id
    nora.post(f"/groups/{world.group.id}/reason", data={"reason": "A complaint is looked into"})
    answer = nora.get(where(meeting))
    page = text_of(answer)
    assert "A calm hour." in page and "Told a joke." in page and "30 minutes" in page
    assert f"{content.load().document(HELPS).safe_title.source}: Amal H." in page
    assert "<textarea" not in answer.text and 'type="checkbox"' not in answer.text
    assert nora.post(where(meeting), data={"do": "sign"}).status_code == 403
    assert (key, amal) in db.session.execute(select(AccessEntry.staff_id, AccessEntry.participant_id)).all()


def test_the_page_opens_with_the_plan_ticked_and_the_minutes_of_the_guide_offered(world, meeting, browser_as):
    answer = browser_as("Dana").get(where(meeting))
    assert "Amal" not in title_of(answer)
    assert 'value="recovery-strategies/what-helps" checked' in answer.text and "Ticked from the plan" in answer.text
    minutes = ledger.minutes_of([("recovery-strategies", "what-helps")])["teach"]
    assert re.search(rf'name="minutes-teach" value=""[^>]*placeholder="{minutes}"', answer.text)
    assert 'name="step" value="teach" checked' not in answer.text


def test_everything_is_saved_in_one_form_and_shown_as_saved(world, meeting, browser_as):
    dana, amal, bo, lena = browser_as("Dana"), world.people["Amal"].id, world.people["Bo"].id, world.staff["Lena"].id
    data = fields(dana.get(where(meeting))) | {
        "step": ["welcome"], "minutes-teach": "31", "technique": [f"role-play:{lena}"], "handout": [f"{amal}:{HELPS}", f"{bo}:{HELPS}"],
        f"medium-{bo}": "letter", "text-group": "A calm hour.\r\nRain.", f"text-{amal}": "Told a joke.",
    }
    assert dana.post(where(meeting), data=data).status_code == 303
    done = ledger.recorded(meeting)
    assert done.steps == {"welcome": None, "teach": 31} and done.topics == [("recovery-strategies", "what-helps")]
    assert done.techniques == [("role-play", lena)]
    assert notes_of(meeting) == {None: "A calm hour.\nRain.", amal: "Told a joke."}
    assert [(each.participant_id, each.handout, each.medium) for each in done.handouts] == [(amal, HELPS, "paper"), (bo, HELPS, "letter")]
    again = dana.get(where(meeting))
    assert fields(again)["minutes-teach"] == ["31"] and fields(again)["text-group"] == ["A calm hour.\nRain."]
    assert fields(again)["technique"] == [f"role-play:{lena}"] and "Ticked from the plan" not in again.text


def test_each_person_gets_the_handout_in_a_language_it_is_written_in_and_its_version_is_kept(world, meeting, browser_as):
    dana, shelf = browser_as("Dana"), ledger.Editions()
    bo, cy = world.people["Bo"].id, world.people["Cy"].id
    dana.post(where(meeting), data=fields(dana.get(where(meeting))) | {"handout": [f"{bo}:{HELPS}", f"{cy}:{HELPS}"]})
    assert [(each.language, each.version) for each in ledger.recorded(meeting).handouts] == [
        shelf.edition(HELPS, "da"), ("en", content.load().document(HELPS).version)
    ]
    old = Handed(bo, HELPS, "sv", "2019.01-000000")
    record(world, meeting, handouts=[old])
    data = fields(dana.get(where(meeting)))
    assert data[f"language-{bo}"] == ["sv"]
    dana.post(where(meeting), data=data | {"handout": [f"{bo}:{HELPS}", f"{cy}:{HELPS}"]})
    assert ledger.recorded(meeting).handouts[0] == old  # what they got does not change because somebody else gets one today


def test_the_buttons_fill_in_and_save_nothing(world, meeting, browser_as):
    dana, amal, bo = browser_as("Dana"), world.people["Amal"].id, world.people["Bo"].id
    data = fields(dana.get(where(meeting))) | {f"text-{bo}": "Mine."}
    for what in ("steps", "handouts", "lines"):
        answer = dana.post(where(meeting), data=data | {"do": what})
        assert answer.status_code == 200 and "Filled in, and not saved yet" in answer.text
        data = fields(answer)
    done = ledger.recorded(meeting)
    assert (done.steps, done.handouts, done.notes) == ({}, [], {})
    assert len(data["step"]) == 8 and set(data["handout"]) == {f"{amal}:{HELPS}", f"{bo}:{HELPS}"}
    assert data[f"text-{amal}"] == ["Was there."] and data[f"text-{bo}"] == ["Mine."] and data["text-group"] == [""]
    assert dana.post(where(meeting), data=data | {"do": "save"}).status_code == 303
    assert notes_of(meeting) == {amal: "Was there.", bo: "Mine.", world.people["Cy"].id: "Was not there."}


def test_another_topic_is_taught_and_the_plan_follows(world, meeting, browser_as):
    dana = browser_as("Dana")
    data = fields(dana.get(where(meeting))) | {"topic": [], "more": "medication/what-medicine-does"}
    assert dana.post(where(meeting), data=data).status_code == 303
    assert ledger.recorded(meeting).topics == [("medication", "what-medicine-does")]
    assert [(topic.module, topic.topic) for topic in world.meetings[8].topics] == [("medication", "what-medicine-does")]


def test_minutes_that_are_no_number_are_asked_for_again_and_nothing_is_lost(world, meeting, browser_as):
    dana = browser_as("Dana")
    data = fields(dana.get(where(meeting))) | {"minutes-teach": "half", "text-group": "A calm hour."}
    answer = dana.post(where(meeting), data=data)
    assert answer.status_code == 422 and title_of(answer).startswith("Error:") and 'href="#minutes-teach"' in answer.text
    assert fields(answer)["minutes-teach"] == ["half"] and fields(answer)["text-group"] == ["A calm hour."]
    assert ledger.recorded(meeting).notes == {}


def test_two_leaders_who_tick_at_the_same_time_both_keep_their_ticks(world, meeting, browser_as):
    dana, lena, me, she = browser_as("Dana"), browser_as("Lena"), world.staff["Dana"].id, world.staff["Lena"].id
    record(world, meeting, techniques=[("hope", me), ("review", me)])
    old = fields(dana.get(where(meeting)))
    lena.post(where(meeting), data=old | {"technique": [f"hope:{me}", f"review:{me}", f"role-play:{she}"], "minutes-teach": "28"})
    dana.post(where(meeting), data=old | {"technique": [f"hope:{me}", f"modelling:{me}"], "step": ["welcome"]})
    done = ledger.recorded(meeting)
    assert set(done.techniques) == {("hope", me), ("role-play", she), ("modelling", me)}
    assert done.steps == {"teach": 28, "welcome": None}


def test_a_text_changed_meanwhile_is_shown_beside_ones_own(world, meeting, browser_as):
    dana, lena, amal, bo = browser_as("Dana"), browser_as("Lena"), world.people["Amal"].id, world.people["Bo"].id
    record(world, meeting, texts={amal: "Told a joke."})
    old = fields(dana.get(where(meeting)))
    lena.post(where(meeting), data=old | {f"text-{amal}": "Told two jokes."})
    assert dana.post(where(meeting), data=old | {f"text-{bo}": "Sang."}).status_code == 303  # an untouched text is no clash
    assert notes_of(meeting) == {amal: "Told two jokes.", bo: "Sang."}
    answer = dana.post(where(meeting), data=old | {f"text-{amal}": "Told three jokes."})
    assert answer.status_code == 409 and "Lena saved this meanwhile: Told two jokes." in text_of(answer)
    assert fields(answer)[f"text-{amal}"] == ["Told three jokes."] and notes_of(meeting)[amal] == "Told two jokes."
    assert dana.post(where(meeting), data=fields(answer)).status_code == 303
    assert notes_of(meeting)[amal] == "Told three jokes."


def test_signing_saves_first_and_closes_the_notes(world, meeting, browser_as):
    dana, lena, amal = browser_as("Dana"), browser_as("Lena"), world.people["Amal"].id
    data = fields(dana.get(where(meeting))) | {"text-group": "A calm hour.", "minutes-teach": "30", "do": "sign"}
    assert dana.post(where(meeting), data=data).status_code == 303
    page = dana.get(where(meeting))
    assert "Signed by Dana, Tuesday 12 January at 10.00." in text_of(page) and "Another leader countersigns" in page.text
    assert 'name="text-group"' not in page.text and 'name="minutes-teach"' not in page.text and f'name="text-{amal}"' in page.text
    answer = dana.post(where(meeting), data=data | {"text-group": "Something else."})
    assert answer.status_code == 422 and "Add an amendment instead" in answer.text and notes_of(meeting) == {None: "A calm hour."}
    assert lena.post(where(meeting), data=fields(lena.get(where(meeting))) | {"do": "sign"}).status_code == 303
    page = text_of(dana.get(where(meeting)))
    assert "Countersigned by Lena" in page and "Signed by two leaders" in page


def test_signing_twice_or_with_nothing_written_says_what_to_do(world, meeting, browser_as):
    dana = browser_as("Dana")
    answer = dana.post(where(meeting), data=fields(dana.get(where(meeting))) | {"do": "sign"})
    assert answer.status_code == 422 and "Write a text for the group" in answer.text
    record(world, meeting, texts={None: "A calm hour."})
    data = fields(dana.get(where(meeting))) | {"do": "sign"}
    assert dana.post(where(meeting), data=data).status_code == 303
    answer = dana.post(where(meeting), data=data)
    assert answer.status_code == 422 and "You have signed already" in answer.text
    assert len(db.session.execute(select(Signature)).all()) == 1


def test_nobody_signs_a_text_that_changed_since_they_read_it(world, meeting, browser_as):
    dana, amal = browser_as("Dana"), world.people["Amal"].id
    record(world, meeting, texts={None: "A calm hour.", amal: "Told a joke."})
    data = fields(dana.get(where(meeting))) | {"do": "sign"}
    record(world, meeting, "Lena", texts={amal: "Told two jokes."})
    answer = dana.post(where(meeting), data=data)
    assert answer.status_code == 409 and "Lena has changed this meanwhile" in answer.text
    assert fields(answer)[f"text-{amal}"] == ["Told two jokes."] and not db.session.execute(select(Signature)).first()
    assert dana.post(where(meeting), data=fields(answer) | {"do": "sign"}).status_code == 303
    assert notes_of(meeting)[amal] == "Told two jokes."


def test_a_signed_note_is_amended_and_both_are_shown(world, meeting, browser_as):
    dana = browser_as("Dana")
    record(world, meeting, texts={None: "A calm hour."})
    note = db.session.execute(select(MeetingNote.id)).scalar_one()
    assert dana.post(where(meeting), data={"do": "amend", "note_id": note, "amendment": "The video failed."}).status_code == 422
    actions.sign(meeting, by=world.staff["Dana"].id, now=world.now)
    empty = dana.post(where(meeting), data={"do": "amend", "note_id": note, "amendment": "  "})
    assert empty.status_code == 422 and f'href="#amendment-{note}"' in empty.text
    assert dana.post(where(meeting), data={"do": "amend", "note_id": note, "amendment": "The video failed."}).status_code == 303
    page = text_of(dana.get(where(meeting)))
    assert "A calm hour." in page and "Added by Dana, Tuesday 12 January at 10.00 The video failed." in page


def test_the_note_of_another_meeting_is_not_amended_from_here(world, meeting, browser_as):
    record(world, meeting, texts={None: "A calm hour."})
    actions.sign(meeting, by=world.staff["Dana"].id, now=world.now)
    note = db.session.execute(select(MeetingNote.id)).scalar_one()
    attendance.mark(meeting=world.meetings[7], marks={world.people["Bo"].id: "present"}, versions={}, by=None, now=world.now)
    answer = browser_as("Dana").post(where(world.meetings[7]), data={"do": "amend", "note_id": note, "amendment": "Wrong place."})
    assert answer.status_code == 422 and ledger.recorded(meeting).notes[None].amendments == []


def test_names_and_copied_lines_are_pointed_out_before_signing(world, meeting, browser_as):
    texts = {world.people["Amal"].id: "Sat with Dina.", world.people["Bo"].id: "Was there.", world.people["Cy"].id: "Was there."}
    record(world, meeting, texts=texts)
    page = text_of(browser_as("Dana").get(where(meeting)))
    assert "This line names Dina M.: a line is about one person only." in page
    assert "The line of Cy F. has the same words." in page and "Look at 3 texts again before you sign." in page


def test_lines_that_were_offered_raise_no_doubt_however_alike(world, meeting, browser_as):
    attendance.mark(meeting=meeting, marks={world.people["Bo"].id: "present"}, versions={}, by=None, now=world.now)
    keys = [world.people[name].id for name in ("Amal", "Bo", "Cy", "Dina")]
    texts = dict(zip(keys, ("Was there.", "Was there.", "Sang.", "Sang."), strict=True))
    record(world, meeting, texts=texts)
    page = text_of(browser_as("Dana").get(where(meeting)))
    assert page.count("has the same words") == 2 and "Look at 2 texts again before you sign." in page


def test_what_to_look_at_is_asked_of_whoever_signs_next_and_of_nobody_afterwards(world, meeting, browser_as):
    record(world, meeting, texts={world.people["Amal"].id: "Sat with Dina."})
    asked = {}
    for signer in ("Dana", "Lena"):
        asked[signer] = ["This line names Dina M." in text_of(browser_as(name).get(where(meeting))) for name in ("Dana", "Lena")]
        actions.sign(meeting, by=world.staff[signer].id, now=world.now)
    asked["nobody"] = ["This line names Dina M." in text_of(browser_as(name).get(where(meeting))) for name in ("Dana", "Lena")]
    assert asked == {"Dana": [True, True], "Lena": [False, True], "nobody": [False, False]}


def test_what_a_page_sends_of_others_is_not_believed(world, meeting, browser_as):
    dana, gorm, amal, kim = browser_as("Dana"), world.people["Gorm"].id, world.people["Amal"].id, world.staff["Kim"].id
    data = fields(dana.get(where(meeting))) | {
        "handout": [f"{gorm}:{HELPS}", "x:y", f"{amal}:{HELPS}"], f"medium-{amal}": "fax",
        "technique": [f"hope:{kim}", "hope:x", "hope"], f"text-{gorm}": "Not here.", f"was-text-{gorm}": "",
    }
    assert dana.post(where(meeting), data=data).status_code == 303
    done = ledger.recorded(meeting)
    assert (done.handouts, done.techniques, done.notes) == ([], [], {})
    answer = dana.post(where(meeting), data=fields(dana.get(where(meeting))) | {"topic": ["medication/dance"]})
    assert answer.status_code == 422 and "not in the curriculum" in answer.text


def test_what_was_given_to_somebody_who_left_stays_when_the_page_is_saved(world, meeting, browser_as):
    handed = Handed(world.people["Dina"].id, HELPS, "da", "2026.11-abcdef", "letter")
    record(world, meeting, handouts=[handed])
    enrolment.leave(world.enrolments["Dina"], on=date(2026, 12, 30), reason="Moved", by=None, now=world.now)
    dana = browser_as("Dana")
    data = fields(dana.get(where(meeting)))
    assert dana.post(where(meeting), data=data | {"handout": [*data["handout"], f"{world.people['Bo'].id}:{HELPS}"]}).status_code == 303
    assert handed in ledger.recorded(meeting).handouts and len(ledger.recorded(meeting).handouts) == 2


def test_a_meeting_that_did_not_take_place_has_no_notes(world, browser_as):
    dana, ninth = browser_as("Dana"), world.meetings[9]
    page = dana.get(where(ninth))
    assert "Keep the register first" in page.text and "<textarea" not in page.text
    answer = dana.post(where(ninth), data={"text-group": "A calm hour.", "was-text-group": ""})
    assert answer.status_code == 422 and notes_of(world.meetings[9]) == {}
    groups.cancel(world.meetings[9], reason="Snow", by=None, now=world.now)
    assert "There is nothing to note" in dana.get(where(world.meetings[9])).text


def test_the_number_of_statements_does_not_grow_with_the_people(world, meeting, browser_as, statements):
    dana, amal = browser_as("Dana"), world.people["Amal"]
    record(world, meeting, texts={amal.id: "Told a joke."}, handouts=[Handed(amal.id, HELPS, "da", "1")])
    pages = (where(meeting), f"/people/{amal.id}")

    def said_by() -> list[int]:
        counts = []
        for path in pages:
            with statements() as said:
                assert dana.get(path).status_code == 200
            counts.append(len(said))
        with statements() as said:
            assert dana.post(pages[0], data={"do": "lines"}).status_code == 200
        return [*counts, len(said)]

    said_by()
    before = said_by()
    texts, handouts = {}, []
    for number in range(10):
        person = people.create(people.PersonDetails(f"Guest {number}", "da"), centre_id=world.centres["North"].id, by=None, now=world.now)
        enrolment.join(world.group, person, on=date(2026, 11, 3), by=None, now=world.now)
        texts[person.id] = f"Line {number}"
        handouts.append(Handed(person.id, HELPS, "da", "1"))
    record(world, world.meetings[8], texts=texts, handouts=handouts)
    assert said_by() == before
    assert before[0] <= 22 and before[2] <= 34
