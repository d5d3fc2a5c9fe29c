"""No participant is named in a report or an answer to it; in an assessor's own notes a name is pointed out."""

import pytest

from imrgroups.db import db
from imrgroups.fidelity.actions import day, rating, reports
from imrgroups.fidelity.actions.rating import Given
from imrgroups.fidelity.actions.reports import Advice, Named, Written
from imrgroups.fidelity.evidence.named import named
from imrgroups.people import actions as people
from tests.stories.forms import form


@pytest.fixture
def rated(lived, review, frozen):
    """Both assessors handed in on the day it is due."""
    lived.inside = lived.now.replace(month=3, day=3)
    for name in ("Kim", "Mia"):
        sheet = {item: Given(4, justification=f"Seen {item}") for item in range(1, 11)}
        rating.hand_in(review, sheet, by=lived.staff[name].id, now=lived.inside)
    frozen.move_to(lived.inside)
    return lived


def write(world, review, text, **more):
    db.session.rollback()
    row = reports.report_of(review.id)
    return reports.write(review, Written({"voice": text}, **more), version=row.version if row else 0, by=world.staff["Kim"].id,
                         now=world.inside)


@pytest.mark.parametrize("text", ["Amal told us", "we met Bo Lind", "bo lind", "Dinas sheet", "Rana Nasser helps"])
def test_a_report_that_names_somebody_is_not_saved(rated, review, text):
    with pytest.raises(Named) as refused:
        write(rated, review, text)
    assert set(refused.value.names) == {"section-voice"} and reports.report_of(review.id) is None


@pytest.mark.parametrize("text", ["P01 told us", "they live (bo) alone", "Kim and Dana agree"])
def test_pseudonyms_words_and_staff_pass(rated, review, text):
    assert write(rated, review, text).state == "draft"


def test_a_single_word_passes_once_somebody_looked_and_a_whole_name_never(rated, review):
    assert write(rated, review, "Bo betyder at leve", looked=True).state == "draft"
    with pytest.raises(Named):
        write(rated, review, "Bo Lind", looked=True)
    advice = Advice("Call Amal Haddad", 5, rated.staff["Dana"].id, rated.inside.date())
    with pytest.raises(Named) as refused:
        write(rated, review, "", looked=True, advice=[Advice("Fine", 5, rated.staff["Dana"].id, rated.inside.date()), advice])
    assert refused.value.names == {"advice-1": ["Amal Haddad"]}


def test_a_name_that_a_leader_has_too_does_not_count(rated, review):
    people.add_supporter(rated.people["Bo"], people.SupporterDetails("Dana Lind"), by=None, now=rated.inside)
    assert named(review, {"x": "Dana led the meeting", "y": "Dana Lind came"}) == {"y": ("Dana Lind",)}


def test_the_page_says_where_and_keeps_what_was_typed(rated, review, browser_as):
    kim, where = browser_as("Kim"), f"/reviews/{review.id}/report/edit"
    sheet = form(kim.get(where), "/edit")
    refused = kim.post(where, data=sheet.filled(**{"section-strengths": "Amal is brave"}))
    assert refused.status_code == 422 and 'href="#section-strengths"' in refused.text and "Amal is brave" in refused.text
    assert refused.text.count("in place of “Amal”") == 2 and 'name="looked"' in refused.text and 'name="looked"' not in kim.get(where).text
    assert kim.post(where, data=sheet.filled(**{"section-strengths": "Amal is brave", "looked": "1"})).status_code == 303
    reports.send(review, by=rated.staff["Kim"].id, now=rated.inside)
    dana, where = browser_as("Dana"), f"/reviews/{review.id}/answer"
    refused = dana.post(where, data={"text": "Amal Haddad was away"})
    assert refused.status_code == 422 and "in place of “Amal Haddad”" in refused.text and "was away" in refused.text
    assert dana.post(where, data={"text": "P01 was away"}).status_code == 303


def test_a_name_in_ones_own_notes_is_pointed_out_and_kept(rated, review, browser_as):
    kim = browser_as("Kim")
    day.hear(review, "participant", 1, {5: "Rana helps", 6: "has a goal"}, versions={}, by=rated.staff["Kim"].id, now=rated.inside)
    day.see(review, key="note-one", kind="note", text="Bo spoke", by=rated.staff["Kim"].id, now=rated.inside)
    assert kim.get(f"/reviews/{review.id}/interviews/participant/1").text.count("in place of") == 1
    assert "in place of “Bo”" in kim.get(f"/reviews/{review.id}/observe").text
