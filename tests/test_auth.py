"""Who may do what: the table, read for each role and relation, and that no page escapes it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from imrgroups import auth, guest
from imrgroups.auth import PERMISSIONS, Decision, Opening, Reach, Scope, Ties, barred, decide
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.enrolment.actions import cards
from imrgroups.groups.models import GroupLeader
from imrgroups.staff import actions as staff

NORTH, SOUTH, TUESDAY, THURSDAY = 1, 2, 11, 12
OWN, OTHER, OPENS, CLOSES = 21, 22, date(2027, 2, 17), date(2027, 3, 31)
ROLES = ("leader", "coordinator", "assessor", "administrator")


def review(centre, group, key=OWN, today=date(2027, 3, 3), writing=False):
    return Scope(centre, frozenset({group}), review=Opening(key, OPENS, CLOSES, today, writing))


SCOPES = {
    "own group": Scope(NORTH, frozenset({TUESDAY})),
    "own person": Scope(NORTH, frozenset({TUESDAY}), person=True),
    "person of two groups, one of them own": Scope(NORTH, frozenset({TUESDAY, THURSDAY}), person=True),
    "other group of the centre": Scope(NORTH, frozenset({THURSDAY})),
    "person of another group": Scope(NORTH, frozenset({THURSDAY}), person=True),
    "person of the centre in no group": Scope(NORTH, frozenset(), person=True),
    "the centre": Scope(NORTH),
    "other centre": Scope(SOUTH),
    "group of another centre": Scope(SOUTH, frozenset({13})),
    "person of another centre": Scope(SOUTH, frozenset(), person=True),
    "assigned review elsewhere": review(SOUTH, 13),
    "assigned review elsewhere, first day": review(SOUTH, 13, today=OPENS),
    "assigned review elsewhere, last day": review(SOUTH, 13, today=CLOSES),
    "assigned review elsewhere, day before": review(SOUTH, 13, today=date(2027, 2, 16)),
    "assigned review elsewhere, day after": review(SOUTH, 13, today=date(2027, 4, 1)),
    "assigned review elsewhere, day after, report being written": review(SOUTH, 13, today=date(2027, 4, 1), writing=True),
    "assigned review elsewhere, day before, report being written": review(SOUTH, 13, today=date(2027, 2, 16), writing=True),
    "review of others elsewhere, day after, report being written": review(SOUTH, 13, OTHER, today=date(2027, 4, 1), writing=True),
    "assigned review of own group, day after, report being written": review(NORTH, TUESDAY, today=date(2027, 4, 1), writing=True),
    "review of others elsewhere": review(SOUTH, 13, OTHER),
    "assigned review of own group": review(NORTH, TUESDAY),
    "assigned review of another group of the centre": review(NORTH, THURSDAY),
}
ASSIGNED = {"assigned review elsewhere", "assigned review elsewhere, first day", "assigned review elsewhere, last day"}
LED = {
    "own group", "own person", "person of two groups, one of them own", "person of the centre in no group", "assigned review of own group",
    "assigned review of own group, day after, report being written",
}
AT_CENTRE = {name for name, scope in SCOPES.items() if scope.centre_id == NORTH}
Y, R = Decision.YES, Decision.REASON
# What the design says, written down a second time: action -> role -> where; everything not named is refused.
EXPECTED: dict[str, dict[str, set[str]]] = {
    "leader": {
        "everywhere": {"today.see", "account.own", "library.see", "library.comment", "people.list"},
        "led": {
            "group.see", "group.plan", "register.see", "register.keep", "clinical.see", "clinical.write", "people.see", "people.edit",
            "review.see", "review.answer", "binder.see", "review.follow", "report.see",
            "call.make",
        },
        "centre": {"people.create"},
        "reason": set(),
    },
    "coordinator": {
        "everywhere": {
            "today.see", "account.own", "library.see", "library.comment", "library.translate", "people.list", "centre.list", "overview.see",
            "review.list",
        },
        "led": set(),
        "centre": {
            "group.see", "group.plan", "group.create", "register.see", "register.keep", "people.create", "people.see", "people.edit",
            "centre.edit", "staff.edit", "centre.export", "reason.state",
            "review.see", "review.plan", "review.follow", "binder.freeze", "binder.close", "report.see",
            "call.make",
        },
        "reason": {"clinical.see", "binder.see"},
    },
    "assessor": {
        "everywhere": {"today.see", "account.own", "library.see", "review.list"}, "led": set(), "centre": set(), "reason": set(),
        "assigned": {"review.see", "review.rate", "binder.see", "binder.freeze", "report.see", "report.write"},
        "writing": {"report.see", "report.write"},
    },
    "administrator": {
        "everywhere": {"today.see", "account.own", "centre.list", "centre.create"}, "led": set(),
        "centre": {"centre.edit", "staff.edit"}, "reason": set(),
    },
}
KNOWN = {action for row in EXPECTED.values() for actions in row.values() for action in actions}


def ties(*roles, groups=(TUESDAY,), reviews=(OWN,)):
    return Ties(1, "Somebody", datetime(2027, 1, 12, tzinfo=UTC), "", frozenset(roles), frozenset(groups), frozenset(reviews))


def expected(action, role, where):
    row = EXPECTED[role]
    if action in row["everywhere"] or (action in row["led"] and where in LED) or (action in row["centre"] and where in AT_CENTRE):
        return Y
    if action in row.get("assigned", ()) and where in ASSIGNED:
        return Y
    if action in row.get("writing", ()) and where == "assigned review elsewhere, day after, report being written":
        return Y
    return R if action in row["reason"] and where in AT_CENTRE else Decision.NO


@pytest.mark.parametrize("where", SCOPES)
@pytest.mark.parametrize("role", ROLES)
def test_the_table_decides_as_the_design_says(role, where):
    for action in KNOWN:
        assert decide(action, ties((role, NORTH)), SCOPES[where]) is expected(action, role, where), f"{role}, {action}, {where}"


@pytest.mark.parametrize("action", PERMISSIONS)
@pytest.mark.parametrize("where", SCOPES)
def test_nobody_without_a_role_may_do_anything_anywhere(action, where):
    assert decide(action, ties(), SCOPES[where]) is Decision.NO


def test_an_action_that_is_not_in_the_table_is_refused_when_it_is_declared():
    with pytest.raises(KeyError):
        auth.policy("people.devour")
    with pytest.raises(KeyError):
        decide("people.devour", ties(("leader", NORTH)), None)


def test_every_action_of_the_table_is_known_to_this_test_or_belongs_to_a_later_room():
    later = {action for action in PERMISSIONS if action.split(".")[0] in ("message", "outcome")}
    assert set(PERMISSIONS) - later == KNOWN


def test_clinical_text_is_written_by_leaders_alone_and_never_read_by_administrators_or_assessors():
    assert PERMISSIONS["clinical.write"] == {"leader": Reach.GROUP}
    assert set(PERMISSIONS["clinical.see"]) == {"leader", "coordinator"} and PERMISSIONS["clinical.see"]["coordinator"] is Reach.REASON


@pytest.mark.parametrize(("where", "why"), [
    ("assigned review elsewhere", ""), ("assigned review elsewhere, day before", "early"), ("assigned review elsewhere, day after", "over"),
    ("review of others elsewhere", "stranger"), ("assigned review of own group", "own_centre"), ("other centre", "stranger"),
])
def test_an_assessor_is_told_why_a_review_is_closed_to_them(where, why):
    assert barred(ties(("assessor", NORTH)), SCOPES[where]) == why


def test_whoever_works_at_the_centre_in_any_role_never_assesses_its_groups():
    for role in ROLES:
        both = ties(("assessor", NORTH), (role, SOUTH))
        assert decide("review.rate", both, SCOPES["assigned review elsewhere"]) is Decision.NO, role


@pytest.mark.parametrize("role", ROLES)
def test_a_role_at_one_centre_gives_nothing_at_another(role):
    for action, row in PERMISSIONS.items():
        if row.get(role) is not Reach.ANY and role in row:
            for where in ("other centre", "group of another centre", "person of another centre"):
                assert decide(action, ties((role, NORTH)), SCOPES[where]) is Decision.NO, action


def test_a_group_still_led_gives_nothing_once_the_role_at_its_centre_is_gone():
    moved = ties(("leader", SOUTH), groups=(TUESDAY,))
    assert decide("people.see", moved, SCOPES["own group"]) is Decision.NO
    assert decide("clinical.see", moved, SCOPES["own person"]) is Decision.NO


def test_two_roles_add_up_and_the_better_answer_counts():
    both = ties(("coordinator", NORTH), ("leader", NORTH))
    assert decide("clinical.see", both, SCOPES["own group"]) is Y
    assert decide("clinical.see", both, SCOPES["other group of the centre"]) is R


def undeclared(app):
    """The endpoints that declare no policy; such a view answers 500."""
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(f"{auth.OPEN_BLUEPRINT}.")} - auth.OPEN
    return sorted(endpoint for endpoint in ours if not hasattr(app.view_functions[endpoint], "policy"))


def test_every_page_declares_who_may_see_it(app):
    assert undeclared(app) == []


def test_a_planted_page_without_a_declaration_is_found_and_answers_nothing(app):
    app.add_url_rule("/planted", "planted", lambda: "a secret")
    app.add_url_rule("/static-report", "static_report", lambda: "a secret")
    assert undeclared(app) == ["planted", "static_report"]
    for page in ("/planted", "/static-report"):
        answer = app.test_client().get(page)
        assert answer.status_code == 500 and "a secret" not in answer.text


def test_open_pages_are_these_and_no_others(app):
    open_to_all = {rule.endpoint for rule in app.url_map.iter_rules() if getattr(app.view_functions[rule.endpoint], "policy", "") is None}
    assert open_to_all == {
        "staff.welcome", "staff.demonstrate", "health", "outreach.text", "outreach.status", "outreach.voice", "fidelity.worker",
        "mypage.card",
        "mypage.goodbye", "mypage.demonstrate",
    }
    theirs = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert theirs == {f"security.{name}" for name in (
        "login", "logout", "verify", "change_password", "two_factor_setup", "two_factor_setup_validate", "two_factor_token_validation",
        "two_factor_rescue", "tf_select", "mf_recovery", "mf_recovery_codes",
    )}


def test_a_policy_of_a_thing_reads_that_thing_from_the_address(app):
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], "policy", None)
        if declared and declared[1]:
            assert f"{declared[1]}_id" in rule.arguments, f"{rule.endpoint} declares of={declared[1]!r} but its address is {rule}"
        if declared and {"group_id", "meeting_id", "participant_id", "supporter_id", "centre_id"} & set(rule.arguments):
            assert declared[1], f"{rule.endpoint} names a thing in its address but asks nothing about it"


def test_nothing_is_changed_by_a_get(app):
    for rule in app.url_map.iter_rules():
        last = str(rule).rsplit("/", 1)[-1]
        if last in ("end", "remove", "leave", "off", "close", "reopen", "sign", "withdraw"):
            assert "POST" in rule.methods, rule


# -- Relations as they are in the database


def scope_of(person):
    from imrgroups.enrolment.roster import scope_of_participant

    db.session.expire_all()
    return scope_of_participant(person.id)


def ties_of(world, name):
    from imrgroups.enrolment.roster import ties as read
    from imrgroups.staff.models import StaffSession

    token = name.encode().ljust(32, b".")
    if not db.session.execute(select(StaffSession.id).where(StaffSession.token_hash == token)).first():
        staff.open_session(staff_id=world.staff[name].id, token_hash=token, device="", by=world.staff[name].id, now=world.now)
    from datetime import timedelta

    return read(token, started_after=world.now - timedelta(hours=12), seen_after=world.now - timedelta(hours=1))


RELATION = {  # (who, whose things) -> the row of SCOPES that it is
    ("Dana", "North"): "own group", ("Lena", "North"): "own group", ("Nora", "North"): "other group of the centre",
    ("Adam", "North"): "other group of the centre", ("Charlie", "South"): "own group", ("Kim", "South"): "other group of the centre",
}


def test_every_route_and_method_asks_the_table_about_the_thing_in_its_address(world, app, browser_as):
    from imrgroups.fidelity import actions as fidelity
    from imrgroups.people import actions as people

    reviews = {row.group_id: row for row in fidelity.plan_missing(now=world.now) if row.kind == "midway"}
    fidelity.reschedule(reviews[world.group.id], due_on=world.today, by=None, now=world.now)
    fidelity.assign(reviews[world.group.id], world.staff["Kim"].id, by=None, now=world.now)
    things = {}
    for centre, group, person in (("North", "Tuesday", "Amal"), ("South", "Thursday", "Gorm")):
        supporter = people.add_supporter(world.people[person], people.SupporterDetails("Ole"), by=None, now=world.now)
        from imrgroups.groups.models import Meeting

        meeting = db.session.execute(select(Meeting.id).where(Meeting.group_id == world.groups[group].id).limit(1)).scalar_one()
        things[centre] = {
            "centre": world.centres[centre].id, "group": world.groups[group].id, "participant": world.people[person].id, "meeting": meeting,
            "supporter": supporter.id, "review": reviews[world.groups[group].id].id,
        }
    browsers = {name: browser_as(name) for name in ("", *world.staff)}
    for endpoint, view in app.view_functions.items():
        if getattr(view, "policy", None):
            stub = lambda **_: "let in"  # noqa: E731
            stub.policy = view.policy
            app.view_functions[endpoint] = stub
    wrong, asked = [], 0
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        action, of = getattr(app.view_functions[rule.endpoint], "policy", None) or ("", "")
        for centre in ("North", "South") if of in things["North"] else ():
            given = {name: next(iter(getattr(rule._converters[name], "items", [1]))) for name in rule.arguments}
            given[f"{of}_id"] = things[centre][of]
            address = adapter.build(rule.endpoint, given, method=next(iter(rule.methods - {"HEAD", "OPTIONS"})))
            for name, browser in browsers.items():
                for method in rule.methods - {"HEAD", "OPTIONS"}:
                    status, asked = browser.open(address, method=method).status_code, asked + 1
                    if not name:
                        right = 302
                    else:
                        role = {"Nora": "coordinator", "Adam": "administrator", "Kim": "assessor"}.get(name, "leader")
                        where = RELATION.get((name, centre), "group of another centre")
                        if (name, centre, of) == ("Kim", "North", "review"):
                            where = "assigned review elsewhere"
                        right = 200 if expected(action, role, where) is Y else 403
                    if status != right:
                        wrong.append((method, address, name, status, right))
    assert asked >= 400 and wrong == [], f"{len(wrong)} of {asked} wrong: {wrong[:5]}"


def test_the_pages_of_participants_are_these_and_no_role_of_staff_has_to_do_with_them(app):
    declared = {rule.endpoint: getattr(app.view_functions[rule.endpoint], "policy", None) for rule in app.url_map.iter_rules()}
    theirs = {endpoint for endpoint, policy in declared.items() if policy == guest.OWN_PAGE}
    assert theirs and all(endpoint.startswith("mypage.") for endpoint in theirs)
    assert all(str(rule).startswith("/me") for rule in app.url_map.iter_rules() if rule.endpoint in theirs)
    assert guest.OWN_PAGE[0] not in PERMISSIONS and guest.SECRET_ADDRESS[0] not in PERMISSIONS


def test_own_pages_open_to_the_participant_alone_and_everything_of_staff_stays_shut_to_participants(world, app, browser_as):
    """Every route and method, asked by nobody, by each role of staff and by a participant."""
    participant, card = app.test_client(), cards.make(world.people["Amal"], on=world.today, by=None, now=world.now)
    address, code = f"/card/{cards.token(card)}", card.code
    assert participant.post(address, data={"code": code}).status_code == 303
    browsers = {"Amal": participant} | {name: browser_as(name) for name in ("", *world.staff)}
    for endpoint, view in app.view_functions.items():
        if getattr(view, "policy", None):
            stub = lambda **_: "let in"  # noqa: E731
            stub.policy = view.policy
            app.view_functions[endpoint] = stub
    adapter, wrong, asked = app.url_map.bind("localhost"), [], 0
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], "policy", None)
        if not declared or declared == guest.SECRET_ADDRESS:
            continue
        given = {name: next(iter(getattr(rule._converters[name], "items", [1]))) for name in rule.arguments}
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            address = adapter.build(rule.endpoint, given, method=method)
            for name, browser in browsers.items() if declared == guest.OWN_PAGE else [("Amal", participant)]:
                answer, asked = browser.open(address, method=method), asked + 1
                let_in = answer.status_code == 200 and answer.text == "let in"
                if let_in != (declared == guest.OWN_PAGE and name == "Amal") or (not let_in and answer.status_code not in (302, 303)):
                    wrong.append((method, address, name, answer.status_code))
    assert asked >= 150 and wrong == [], f"{len(wrong)} of {asked} wrong: {wrong[:5]}"


def test_addresses_that_are_secrets_themselves_are_these_and_no_others(app):
    declared = {rule.endpoint: getattr(app.view_functions[rule.endpoint], "policy", None) for rule in app.url_map.iter_rules()}
    assert {endpoint for endpoint, policy in declared.items() if policy == guest.SECRET_ADDRESS} == {"mypage.feed"}


def may_see(world, name, person):
    return decide("people.see", ties_of(world, name), scope_of(world.people[person])) is Y


def test_relations_of_the_world_decide_as_people_would_expect(world):
    table = {
        ("Dana", "Amal"): True, ("Lena", "Amal"): True, ("Nora", "Amal"): True, ("Adam", "Amal"): False, ("Charlie", "Amal"): False,
        ("Kim", "Amal"): False, ("Dana", "Freja"): True, ("Dana", "Gorm"): False, ("Charlie", "Gorm"): True, ("Charlie", "Freja"): False,
    }
    for (name, person), allowed in table.items():
        assert may_see(world, name, person) is allowed, (name, person)


def test_somebody_who_left_the_group_stays_visible_to_its_leaders_and_to_no_other(world):
    enrolment.leave(world.enrolments["Bo"], on=world.today, reason="moved", by=None, now=world.now)
    assert may_see(world, "Dana", "Bo") and not may_see(world, "Charlie", "Bo")


def test_somebody_who_waits_for_a_group_belongs_to_its_leaders(world):
    other = staff.add_staff(
        email="odd@north.example", name="Odd", roles=[(world.centres["North"].id, "leader")], by=None, now=world.now
    )
    world.staff["Odd"] = other
    assert may_see(world, "Odd", "Freja")
    enrolment.wait(world.group, world.people["Freja"], on=world.today, by=None, now=world.now)
    assert may_see(world, "Dana", "Freja") and not may_see(world, "Odd", "Freja")


def test_a_leader_who_no_longer_leads_the_group_sees_its_people_no_more(world):
    assert may_see(world, "Lena", "Amal")
    db.session.execute(GroupLeader.__table__.delete().where(GroupLeader.staff_id == world.staff["Lena"].id))
    db.session.commit()
    assert not may_see(world, "Lena", "Amal") and may_see(world, "Dana", "Amal")


@pytest.mark.parametrize("kind", ["centre", "group", "meeting", "participant", "supporter", "review"])
def test_a_thing_that_is_not_there_is_a_404_and_belongs_to_nobody(app, kind):
    from werkzeug.exceptions import NotFound

    with pytest.raises(NotFound):
        auth.scope_of(kind, 424242)


def test_a_page_shown_after_a_sign_out_is_not_kept_by_the_browser(world, browser_as):
    for page in ("/account", "/people", "/sign-in", "/nothing-here"):
        answer = browser_as("Dana").get(page)
        assert answer.headers["Cache-Control"] == "no-store", page


def test_every_kind_of_answer_carries_the_headers_that_protect_it(world, browser_as):
    client = browser_as("Dana")
    answers = [client.get(page) for page in ("/account", "/nothing-here", "/centres", "/sign-out", "/static/imrgroups.css")]
    answers += [client.post("/people/new", data={}), client.post("/account/language", data={"language": "da"})]
    assert {answer.status_code for answer in answers} == {200, 404, 403, 405, 422, 303}
    answers[4].close()
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Referrer-Policy"] == "same-origin"
