"""Signing in: passwords, throttling, sessions, and the code of an authenticator app, all over HTTP as a browser does it."""

import re
from datetime import timedelta

import pytest
from passlib.totp import TOTP
from sqlalchemy import func, select

from imrgroups import config, secret
from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.staff import accounts, actions
from imrgroups.staff.models import SignInAttempt, Staff, StaffSession
from tests.conftest import NOW
from tests.world import PASSWORD, sign_in

WRONG = "not the right words"


def try_in(client, email, password=WRONG, **extra):
    return client.post("/sign-in", data={"email": email, "password": password}, **extra)


def is_in(client):
    return client.get("/account").status_code == 200


def title(page):
    return page.text.split("<title>")[1].split("</title>")[0]


def fresh(person):
    return db.session.get_one(Staff, person.id, populate_existing=True)


def turn_on(client):
    """Set the authenticator app up; returns its key."""
    page = client.post("/account/two-factor", data={"setup": "authenticator"})
    assert "data:image/svg+xml" in page.text
    key = re.search(r"<code>([A-Z0-9-]+)</code>", page.text)[1].replace("-", "")
    done = client.post("/sign-in/code", data={"code": code(key)})
    assert done.status_code == 302 and done.location == "/account"
    return key


def code(key):
    return TOTP(key=key).generate().token


def test_a_person_signs_in_and_out_again(world, browser_as):
    client = browser_as("Dana")
    assert is_in(client)
    assert client.post("/sign-out").location == "/"
    assert not is_in(client)
    assert client.get("/sign-out").status_code == 405


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(world, browser_as):
    client = browser_as()
    known, unknown = try_in(client, world.staff["Dana"].email), try_in(client, "nobody@north.example")
    strip = lambda answer: re.sub(r'value="[^"]*"', "", answer.text)  # noqa: E731
    assert known.status_code == unknown.status_code == 200
    assert strip(known) == strip(unknown)
    assert "Check the e-mail address and the password" in known.text and title(known).startswith("Error:")


def test_somebody_who_left_or_has_no_password_cannot_sign_in(world, browser_as):
    actions.leave(world.staff["Lena"], on=world.today, by=None, now=world.now)
    centre = world.centres["North"].id
    actions.add_staff(email="new@north.example", name="New", roles=[(centre, "leader")], by=None, now=world.now)
    for address in ("lena@north.example", "new@north.example"):
        answer = try_in(browser_as(), address, PASSWORD)
        assert answer.status_code == 200 and "Check the e-mail address" in answer.text


@pytest.mark.parametrize("password", ["smørrebrød på å'en", "סיסמה ארוכה מאוד", "naïve café society"])
def test_a_password_in_any_script_works_however_the_keyboard_spells_it(world, browser_as, password):
    import unicodedata

    actions.set_password(world.staff["Lena"], unicodedata.normalize("NFC", password), by=None, now=world.now)
    for spelling in ("NFC", "NFD"):
        assert try_in(browser_as(), "lena@north.example", unicodedata.normalize(spelling, password)).status_code == 302


def test_after_ten_wrong_tries_the_address_waits_a_quarter_of_an_hour_and_no_longer(world, browser_as, frozen):
    client, email = browser_as(), world.staff["Dana"].email
    answers = [try_in(client, email) for _ in range(10)]
    assert all("Check the e-mail address" in answer.text for answer in answers)
    refused = try_in(client, email, PASSWORD)
    assert refused.status_code == 200 and "Wait fifteen minutes" in refused.text
    for minute in range(14):  # knocking on meanwhile does not make it longer
        frozen.move_to(NOW + timedelta(minutes=minute + 1))
        assert "Wait fifteen minutes" in try_in(client, email, PASSWORD).text
    frozen.move_to(NOW + timedelta(minutes=15, seconds=1))
    assert try_in(client, email, PASSWORD).status_code == 302


def test_the_throttle_looks_at_the_address_whatever_its_case_and_marks(world, browser_as):
    client = browser_as()
    for number in range(10):
        try_in(client, "DANA@North.example" if number % 2 else " dana@north.example\u200b ")
    assert "Wait fifteen minutes" in try_in(client, world.staff["Dana"].email, PASSWORD).text


def test_an_unknown_address_is_throttled_like_a_known_one(world, browser_as):
    client = browser_as()
    for _ in range(10):
        try_in(client, "nobody@north.example")
    assert "Wait fifteen minutes" in try_in(client, "nobody@north.example").text


def test_strangers_cannot_lock_somebody_out_of_their_own_browser(world, browser_as):
    own, stranger = browser_as("Dana"), browser_as()
    own.post("/sign-out")
    for _ in range(12):
        try_in(stranger, world.staff["Dana"].email)
    assert "Wait fifteen minutes" in try_in(browser_as(), world.staff["Dana"].email, PASSWORD).text
    assert try_in(own, world.staff["Dana"].email, PASSWORD).status_code == 302


def test_a_known_browser_has_ten_tries_too_and_a_forged_one_none(world, browser_as):
    own = browser_as("Dana")
    own.post("/sign-out")
    for _ in range(10):
        try_in(own, world.staff["Dana"].email)
    assert "Wait fifteen minutes" in try_in(own, world.staff["Dana"].email, PASSWORD).text
    stranger = browser_as()
    stranger.set_cookie("known", "eyJhIjoiYiJ9.forged")
    for _ in range(10):
        try_in(stranger, world.staff["Dana"].email)
    assert "Wait fifteen minutes" in try_in(stranger, world.staff["Dana"].email, PASSWORD).text


def test_one_place_guessing_at_many_addresses_is_stopped_and_forwarding_headers_do_not_help(world, browser_as):
    client = browser_as()
    for number in range(100):
        try_in(client, f"guess{number}@north.example", headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert "Wait fifteen minutes" in try_in(client, "another@north.example", headers={"X-Forwarded-For": "10.9.9.9"}).text


def test_a_right_password_leaves_no_trace_in_the_count_and_no_address_is_stored(world, browser_as):
    browser_as("Dana")
    assert db.session.execute(select(func.count()).select_from(SignInAttempt)).scalar_one() == 0
    try_in(browser_as(), world.staff["Dana"].email)
    subjects = db.session.execute(select(SignInAttempt.subject)).scalars().all()
    assert len(subjects) == 2 and all("dana" not in subject for subject in subjects)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "///evil.example"])
def test_signing_in_never_leads_to_another_site(world, browser_as, target):
    data = {"email": world.staff["Dana"].email, "password": PASSWORD, "next": target}
    location = browser_as().post("/sign-in", query_string={"next": target}, data=data).location or "/"
    assert location.startswith("/") and location[1:2] not in ("/", "\\")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(world, browser_as):
    client = browser_as()
    asked = client.get("/account")
    assert asked.status_code == 302 and "next=" in asked.location
    answer = client.post(asked.location, data={"email": world.staff["Dana"].email, "password": PASSWORD})
    assert answer.location.endswith("/account")


def test_sessions_are_listed_and_one_can_be_ended_from_another_browser(world, browser_as):
    first, second = browser_as("Dana"), browser_as("Dana")
    page = second.get("/account").text
    assert "this one" in page and page.count("Sign it out") == 1
    ending = re.search(r"/account/sessions/\d+/end", page)[0]
    assert browser_as("Lena").post(ending).status_code == 404
    assert second.post(ending).status_code == 303
    assert not is_in(first) and is_in(second)


def test_an_ended_session_opens_no_page_of_the_account_either(world, browser_as):
    client = browser_as("Dana")
    actions.end_sessions(staff_id=world.staff["Dana"].id, by=world.staff["Dana"].id, now=world.now)
    for page in ("/account/password", "/account/two-factor", "/account/recovery-codes", "/account/again"):
        answer = client.get(page)
        assert answer.status_code == 302 and "/sign-in" in answer.location, page
    assert client.get("/sign-in").status_code == 200  # and no circle of redirects


@pytest.mark.parametrize(("after", "stays"), [(timedelta(minutes=59), True), (timedelta(minutes=61), False)])
def test_a_session_nobody_uses_ends_after_an_hour(world, browser_as, frozen, after, stays):
    client = browser_as("Dana")
    frozen.move_to(NOW + after)
    assert is_in(client) is stays


def test_a_session_in_use_lasts_twelve_hours_and_not_longer(world, browser_as, frozen):
    client = browser_as("Dana")
    for half_hours in range(1, 24):
        frozen.move_to(NOW + timedelta(minutes=30 * half_hours))
        assert is_in(client)
    frozen.move_to(NOW + timedelta(hours=12, seconds=1))
    assert not is_in(client)


def test_signing_in_gives_a_new_session_whatever_was_there_before(world, browser_as):
    client = browser_as()
    with client.session_transaction() as planted:
        planted["staff_token"] = "a token the attacker knows"
    sign_in(client, world.staff["Dana"])
    with client.session_transaction() as after:
        assert after["staff_token"] != "a token the attacker knows"


def test_remember_me_cannot_be_asked_for(world, browser_as):
    client = browser_as()
    answer = client.post("/sign-in", data={"email": world.staff["Dana"].email, "password": PASSWORD, "remember": "y"})
    assert answer.status_code == 302 and "remember" not in str(answer.headers.getlist("Set-Cookie"))


def test_nobody_gets_an_answer_as_data_or_a_token_instead_of_a_session(world, browser_as):
    client, headers = browser_as(), {"Accept": "application/json"}
    answer = client.post("/sign-in?include_auth_token=1", json={"email": world.staff["Dana"].email, "password": PASSWORD}, headers=headers)
    assert answer.mimetype == "text/html" and "token" not in answer.text.replace("csrf_token", "")


def test_changing_the_password_signs_other_browsers_out_and_keeps_this_one(world, browser_as):
    first, second = browser_as("Dana"), browser_as("Dana")
    new = "five words make it better"
    page = first.post("/account/password", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    assert page.status_code == 302 and page.location == "/account"
    assert is_in(first) and not is_in(second)
    assert db.session.execute(select(func.count()).select_from(StaffSession).where(StaffSession.ended_at.is_(None))).scalar_one() == 1
    assert try_in(browser_as(), world.staff["Dana"].email, PASSWORD).status_code == 200
    assert try_in(browser_as(), world.staff["Dana"].email, new).status_code == 302
    noted = db.session.execute(select(AuditEntry.action).where(AuditEntry.action == "staff.password_changed")).scalars().all()
    assert len(noted) == 1


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        (WRONG, "five words make it better", "five words make it better", "This is not your password"),
        (PASSWORD, "short", "short", "Use at least 12 characters"),
        (PASSWORD, "five words make it better", "five words make it worse", "Write the same password in both fields"),
        (PASSWORD, PASSWORD, PASSWORD, "Choose a password that differs"),
        ("", "five words make it better", "five words make it better", "Write your password"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_and_a_good_new_one(world, browser_as, old, new, again, said):
    client = browser_as("Dana")
    page = client.post("/account/password", data={"password": old, "new_password": new, "new_password_confirm": again})
    assert page.status_code == 200 and said in page.text and title(page).startswith("Error:")
    assert try_in(browser_as(), world.staff["Dana"].email, PASSWORD).status_code == 302


def test_the_old_password_cannot_be_guessed_on_the_page_that_changes_it(world, browser_as):
    client, new = browser_as("Dana"), {"new_password": "five words make it", "new_password_confirm": "five words make it"}
    for _ in range(10):
        client.post("/account/password", data={"password": WRONG, **new})
    page = client.post("/account/password", data={"password": PASSWORD, **new})
    assert page.status_code == 200 and "Wait fifteen minutes" in page.text


def test_a_new_password_that_does_not_do_is_no_guess(world, browser_as):
    client = browser_as("Dana")
    for _ in range(12):
        page = client.post("/account/password", data={"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"})
    assert "Use at least 12 characters" in page.text


def test_the_whole_way_in_with_a_code_from_the_phone(world, browser_as, frozen):
    dana = browser_as("Dana")
    key = turn_on(dana)
    assert fresh(world.staff["Dana"]).tf_primary_method == "authenticator"
    assert "You have no recovery codes" in dana.get("/account").text
    frozen.shift(60)
    client = browser_as()
    first = try_in(client, world.staff["Dana"].email, PASSWORD)
    assert first.status_code == 302 and "/sign-in/code" in first.location
    assert not is_in(client), "the password alone must not be enough"
    try_in(client, world.staff["Dana"].email, PASSWORD)
    page = client.get("/sign-in/code")
    assert "The code from your phone" in page.text and "flask" not in page.text.lower()
    wrong = client.post("/sign-in/code", data={"code": "000000"})
    assert "This code does not fit" in wrong.text and title(wrong).startswith("Error:")
    right = client.post("/sign-in/code", data={"code": code(key)})
    assert right.status_code == 302 and right.location == "/today"
    assert is_in(client)


def test_a_code_works_once(world, browser_as, frozen):
    key = turn_on(browser_as("Dana"))
    frozen.shift(60)
    first, second = browser_as(), browser_as()
    for client in (first, second):
        try_in(client, world.staff["Dana"].email, PASSWORD)
    once = code(key)
    assert first.post("/sign-in/code", data={"code": once}).status_code == 302
    again = second.post("/sign-in/code", data={"code": once})
    assert again.status_code == 200 and "This code does not fit" in again.text
    frozen.shift(30)
    assert second.post("/sign-in/code", data={"code": code(key)}).status_code == 302


def test_codes_cannot_be_guessed(world, browser_as, frozen):
    key = turn_on(browser_as("Dana"))
    frozen.shift(60)
    client = browser_as()
    try_in(client, world.staff["Dana"].email, PASSWORD)
    right = code(key)
    guesses = [f"{number:06d}" for number in range(20) if f"{number:06d}" != right][:10]
    for guess in guesses:
        client.post("/sign-in/code", data={"code": guess})
    refused = client.post("/sign-in/code", data={"code": right})
    assert refused.status_code == 200 and "Wait fifteen minutes" in refused.text and not is_in(client)


def test_a_recovery_code_lets_in_once_and_lies_sealed_in_the_database(world, browser_as, frozen):
    dana = browser_as("Dana")
    turn_on(dana)
    page = dana.post("/account/recovery-codes", data={"generate_new_codes": "1"})
    codes = re.findall(r"<code>([0-9a-f-]{14})</code>", page.text)
    assert len(codes) >= 3
    assert not any(one in str(fresh(world.staff["Dana"]).mf_recovery_codes) for one in codes)
    assert codes[0] in dana.get("/account/recovery-codes?show_codes=1").text
    for expected in (302, 200):
        client = browser_as()
        try_in(client, world.staff["Dana"].email, PASSWORD)
        assert client.get("/sign-in/recovery").status_code == 200
        assert client.post("/sign-in/recovery", data={"code": codes[0]}).status_code == expected
        assert is_in(client) is (expected == 302)


def test_the_pages_of_the_second_step_need_the_first(world, browser_as):
    for page in ("/sign-in/code", "/sign-in/recovery", "/account/two-factor", "/sign-in/help", "/sign-in/choose"):
        answer = browser_as().get(page)
        assert answer.status_code == 302 and "/sign-in" in answer.location, page


def test_asking_for_help_by_mail_does_nothing(world, browser_as, frozen):
    turn_on(browser_as("Dana"))
    client = browser_as()
    try_in(client, world.staff["Dana"].email, PASSWORD)
    page = client.post("/sign-in/help", data={"help_setup": "help"})
    assert page.status_code == 200 and "Use one of your recovery codes" in page.text


def test_the_second_step_can_be_turned_off_again_and_its_codes_go_with_it(world, browser_as):
    dana = browser_as("Dana")
    turn_on(dana)
    dana.post("/account/recovery-codes", data={"generate_new_codes": "1"})
    assert dana.post("/account/two-factor", data={"setup": "disable"}).location == "/account"
    person = fresh(world.staff["Dana"])
    assert (person.tf_primary_method, person.tf_totp_secret, person.mf_recovery_codes) in ((None, None, None), (None, None, []))
    assert try_in(browser_as(), person.email, PASSWORD).location == "/today"
    noted = db.session.execute(select(AuditEntry.action).where(AuditEntry.subject == f"staff/{person.id}")).scalars().all()
    assert "staff.two_factor_on" in noted and "staff.two_factor_off" in noted


def test_changing_how_one_signs_in_asks_for_the_password_after_half_an_hour(world, browser_as, frozen):
    client = browser_as("Dana")
    for minutes in (20, 40):
        frozen.move_to(NOW + timedelta(minutes=minutes))
        answer = client.get("/account/two-factor")
    assert answer.status_code == 302 and "/account/again" in answer.location
    page = client.get(answer.location)
    assert "Is it you?" in page.text
    assert "This is not your password" in client.post(answer.location, data={"password": WRONG}).text
    assert client.post(answer.location, data={"password": PASSWORD}).status_code == 302
    assert client.get("/account/two-factor").status_code == 200


@pytest.fixture
def other_app(app):
    """A program with other settings on the same database: `other_app(mfa="required")`."""
    from imrgroups import create_app
    from imrgroups.config import Settings

    made = []

    def make(**settings):
        old = app.config["SETTINGS"]
        chosen = Settings(_env_file=None, data=old.data, database_url=old.database_url, demo=False, **settings)
        hashes = {name: value for name, value in app.config.items() if name.startswith("SECURITY_") and re.search("HASH|SCHEMES", name)}
        other = create_app(chosen, TESTING=True, WTF_CSRF_ENABLED=False, **hashes)
        other.test_client_class = app.test_client_class
        made.append(other)
        return other

    yield make
    for other in made:
        with other.app_context():
            db.session.remove()
            db.engine.dispose()


def test_where_a_code_is_required_the_first_sign_in_sets_it_up(world, other_app):
    client = other_app(mfa="required").test_client()
    answer = try_in(client, world.staff["Dana"].email, PASSWORD)
    assert answer.status_code == 302 and "/account/two-factor" in answer.location
    assert not is_in(client)
    try_in(client, world.staff["Dana"].email, PASSWORD)
    assert "everybody who signs in needs one" in client.get("/account/two-factor").text
    page = client.post("/account/two-factor", data={"setup": "authenticator"})
    key = re.search(r"<code>([A-Z0-9-]+)</code>", page.text)[1].replace("-", "")
    assert client.post("/sign-in/code", data={"code": code(key)}).status_code == 302
    assert is_in(client)
    assert "turn it off" not in client.get("/account").text
    assert "Turn it off" not in client.get("/account/two-factor").text
    assert client.post("/account/two-factor", data={"setup": "disable"}).status_code == 200
    assert fresh(world.staff["Dana"]).tf_primary_method == "authenticator"


def test_where_the_code_is_off_nothing_of_it_is_there(world, other_app):
    made = other_app(mfa="off")
    client = made.test_client()
    assert try_in(client, world.staff["Dana"].email, PASSWORD).location == "/today"
    assert "code from" not in client.get("/account").text
    assert client.get("/account/two-factor").status_code == 404


def test_over_https_the_cookies_are_bound_to_the_host(world, other_app):
    client = other_app(public_url="https://imr.example.org").test_client()
    answer = try_in(client, world.staff["Dana"].email, PASSWORD, base_url="https://imr.example.org")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-") and "Domain" not in cookie
        assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie


def test_in_a_demonstration_one_click_signs_in_as_one_of_its_people_and_nobody_else(world, other_app):
    centre = world.centres["North"].id
    invented = actions.add_staff(
        email=f"iben{actions.DEMONSTRATION_DOMAIN}", name="Iben", roles=[(centre, "leader")], by=None, now=world.now
    )
    made = other_app()
    made.config["SETTINGS"].demo = True
    client = made.test_client()
    assert client.post(f"/demonstration/sign-in/{world.staff['Dana'].id}").status_code == 404
    assert client.post(f"/demonstration/sign-in/{invented.id}").location == "/today"
    assert is_in(client)
    made.config["SETTINGS"].demo = False
    assert made.test_client().post(f"/demonstration/sign-in/{invented.id}").status_code == 404


def test_a_demonstration_shows_those_of_a_running_group_first_and_everybody_else_on_asking(world, other_app):
    north, south = world.centres["North"].id, world.centres["South"].id
    invented = {
        name: actions.add_staff(
            email=f"{name}{actions.DEMONSTRATION_DOMAIN}".lower(), name=name, roles=[(centre, role)], by=None, now=world.now
        )
        for name, centre, role in (("Abel", south, "leader"), ("Bea", north, "coordinator"), ("Zoe", north, "leader"))
    }
    world.group.leaders = [*world.group.leaders, invented["Zoe"]]
    db.session.commit()
    made = other_app()
    made.config["SETTINGS"].demo = True
    page = made.test_client().get("/?lang=en").text
    assert page.index("Zoe") < page.index("Bea") < page.index("<summary") < page.index("Abel")


def test_every_message_of_the_library_that_can_appear_is_ours(app):
    for key, (words, category) in accounts.MESSAGES.items():
        assert app.config[f"SECURITY_MSG_{key}"] == (words, category)
        assert "authn" not in str(words) and str(words)[0].isupper()


def test_a_password_is_checked_against_a_hash_that_takes_its_time(tmp_path):
    from imrgroups import create_app

    made = create_app(config.Settings(_env_file=None, data=tmp_path, demo=False))
    with made.app_context():
        from flask_security import hash_password

        assert hash_password("four words are enough").startswith("$argon2id$")
    assert secret.ring().derive("password")
