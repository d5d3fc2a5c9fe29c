"""Training, supervision and meetings: put down for several at once, seen by those who may, taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.staff.actions import training
from imrgroups.staff.actions.training import CannotLog, Event
from imrgroups.staff.models import Training

ON = date(2027, 1, 5)


def put_down(world, *names, centre="North", **event):
    given = Event(**{"kind": "supervision", "on": ON, "minutes": 90, "led_by": "Ulla", **event})
    people = [world.staff[name].id for name in names]
    return training.attend(given, people, centre_id=world.centres[centre].id, by=world.staff["Nora"].id, now=world.now)


def form(world, *names, **changes):
    return {
        "kind": "supervision", "on": "2027-01-05", "hours": "1.5", "led_by": "Ulla", "note": "Small goals",
        "who": [str(world.staff[name].id) for name in names], **changes,
    }


def page(world, end="", centre="North"):
    return f"/centres/{world.centres[centre].id}/training{end}"


def test_one_event_is_put_down_for_everybody_who_was_there_and_never_twice(world):
    assert put_down(world, "Dana", "Lena") == 2
    assert put_down(world, "Dana", "Nora") == 1
    rows = training.log([person.id for person in world.staff.values()])
    assert sorted(row.staff_id for row in rows) == sorted(world.staff[name].id for name in ("Dana", "Lena", "Nora"))
    assert db.session.execute(select(AuditEntry.action).where(AuditEntry.action == "training.logged")).scalars().all() == [
        "training.logged", "training.logged",
    ]


@pytest.mark.parametrize(
    ("names", "change", "why"),
    [
        (["Dana"], {"kind": "party"}, "kind"), (["Dana"], {"minutes": -15}, "minutes"), (["Dana"], {"minutes": 1455}, "minutes"),
        (["Dana"], {"minutes": 20}, "minutes"), ([], {}, "nobody"), (["Kim"], {}, "not_here"), (["Dana", "Kim"], {}, "not_here"),
        (["Dana"], {"on": date(2027, 1, 13)}, "to_come"),
    ],
)
def test_what_cannot_be_is_not_put_down(world, names, change, why):
    with pytest.raises(CannotLog) as refused:
        put_down(world, *names, **change)
    assert refused.value.reason == why
    db.session.rollback()
    assert not db.session.execute(select(Training)).first()


def test_training_in_the_scale_makes_an_assessor_with_training(world):
    kim = world.staff["Kim"].id
    put_down(world, "Kim", centre="South")
    assert training.trained_in_scale([kim], ON) == set()
    put_down(world, "Kim", centre="South", kind="fidelity")
    assert training.trained_in_scale([kim], ON) == {kim}
    assert training.trained_in_scale([kim], ON - timedelta(days=1)) == set()


def test_a_note_is_sealed(world):
    put_down(world, "Dana", note="a delicate matter")
    row = db.session.execute(select(Training)).scalar_one()
    assert row.note == "a delicate matter" and b"delicate" not in row.note_sealed


def test_the_log_ends_on_the_day_asked_for(world):
    put_down(world, "Dana")
    assert training.log([world.staff["Dana"].id], until=ON) and not training.log([world.staff["Dana"].id], until=ON - timedelta(days=1))


@pytest.mark.parametrize("end", ["", "/new"])
def test_nobody_signed_out_and_no_leader_or_assessor_gets_in(world, browser_as, end):
    assert browser_as().get(page(world, end)).status_code == 302
    for name in ("Dana", "Kim", "Charlie"):
        assert browser_as(name).get(page(world, end)).status_code == 403


def test_a_coordinator_keeps_own_centre_only(world, browser_as):
    client = browser_as("Nora")
    assert client.get(page(world)).status_code == 200 and browser_as("Adam").get(page(world)).status_code == 200
    assert client.get(page(world, centre="South")).status_code == 403
    assert client.post(page(world, "/new", centre="South"), data=form(world, "Kim")).status_code == 403


def test_a_coordinator_puts_a_supervision_down_and_sees_who_lacks_it(world, browser_as):
    client = browser_as("Nora")
    assert "No supervision for more than six weeks: Dana, Lena" in client.get(page(world)).text
    answer = client.post(page(world, "/new"), data=form(world, "Dana"))
    assert answer.status_code == 303
    shown = client.get(answer.location).text
    assert "Put down for 1 person." in shown and "No supervision for more than six weeks: Lena" in shown
    assert "1 time, 1.5 hours" in shown and "led by Ulla" in shown and "Small goals" in shown
    again = client.post(page(world, "/new"), data=form(world, "Dana", "Lena"))
    assert "1 person had it already." in client.get(again.location).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": ""}, "Choose what it was"), ({"on": ""}, "Choose the day"), ({"on": "2027-01-13"}, "Choose a day that has been"),
        ({"who": []}, "Choose at least one person who took part"), ({"hours": "0.3"}, "Write whole hours, halves or quarters"),
        ({"hours": "25"}, "Write hours from 0 to 24"), ({"hours": "many"}, "Write a number in figures"),
        ({"who": ["999999"]}, "Choose from the list"),
    ],
)
def test_a_mistake_is_named_and_what_was_typed_stays(world, browser_as, change, words):
    answer = browser_as("Nora").post(page(world, "/new"), data=form(world, "Dana", **change))
    assert answer.status_code == 422 and words in answer.text and "Small goals" in answer.text and "<title>Error:" in answer.text


def test_one_row_is_taken_back_by_those_who_keep_them(world, browser_as):
    put_down(world, "Dana", "Lena")
    row = training.log([world.staff["Dana"].id])[0].id
    assert browser_as("Dana").post(page(world, f"/{row}/remove")).status_code == 403
    assert browser_as("Nora").post(page(world, f"/{row + 1}/remove")).status_code == 404
    assert browser_as("Nora").post(page(world, f"/{row}/remove")).status_code == 303
    assert not training.log([world.staff["Dana"].id]) and training.log([world.staff["Lena"].id])


def test_a_row_of_another_centre_is_not_taken_back_here(world, browser_as):
    put_down(world, "Kim", centre="South")
    row = training.log([world.staff["Kim"].id])[0].id
    assert browser_as("Nora").post(page(world, f"/{row}/remove")).status_code == 404


def test_a_leader_sees_own_list_on_the_account_page_and_nobody_elses(world, browser_as):
    put_down(world, "Dana", note="Small goals")
    assert "Small goals" in browser_as("Dana").get("/account").text
    assert "Small goals" not in browser_as("Lena").get("/account").text


def test_another_year_is_a_link_away(world, browser_as):
    put_down(world, "Dana", on=date(2026, 11, 3))
    client = browser_as("Nora")
    assert "Nothing is put down for this year." in client.get(page(world)).text
    assert "Supervision, Tuesday 3 November" in client.get(page(world, "?year=2026")).text
    assert client.get(page(world, "?year=banana")).status_code == 200


def test_the_overview_costs_the_same_for_one_row_and_for_many(world, browser_as, statements):
    client = browser_as("Nora")
    put_down(world, "Dana")
    client.get(page(world))
    with statements() as few:
        client.get(page(world))
    for day in range(1, 5):
        put_down(world, "Dana", "Lena", on=date(2027, 1, day))
    with statements() as many:
        client.get(page(world))
    assert len(many) == len(few)
