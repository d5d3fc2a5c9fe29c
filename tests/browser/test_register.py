"""The register as a leader uses it: taps that save themselves, the same without scripts, and by keyboard alone."""

import pytest

pytestmark = pytest.mark.browser


def test_a_tap_saves_itself_and_a_fresh_page_shows_it(signed_in, served):
    page = signed_in("leader")
    page.goto(f"/meetings/{served[1]['held']}/attendance?lang=en")
    row = page.locator(".register__row").first
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        row.locator(".chip--late").click()
    page.reload()
    assert page.locator(".register__row").first.locator("input[type=radio][value=late]").is_checked()


def test_the_register_works_without_scripts(signed_in, served):
    page = signed_in("leader", scripts=False)
    page.goto(f"/meetings/{served[1]['held']}/attendance?lang=en")
    page.locator(".register__row").nth(1).locator(".chip--left_early").click()
    page.get_by_role("button", name="Save the register").click()
    assert page.locator(".register__row").nth(1).locator("input[type=radio][value=left_early]").is_checked()
    assert page.locator(".flash").count() == 1


def test_the_keyboard_alone_reaches_a_person_and_changes_the_mark(signed_in, served):
    page = signed_in("leader")
    page.goto(f"/meetings/{served[1]['held']}/attendance?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "nhsuk-skip-link"
    page.keyboard.press("Enter")
    for _press in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.type") == "radio"


def test_the_screen_can_be_covered_and_shown_again(signed_in):
    page = signed_in("leader")
    page.goto("/today?lang=en")
    page.get_by_role("button", name="Cover screen").click()
    assert page.get_by_role("button", name="Show the screen again").is_visible()
    assert page.locator("main").evaluate("element => element.closest('[inert]') !== null")
    page.get_by_role("button", name="Show the screen again").click()
    assert page.locator("main").evaluate("element => element.closest('[inert]') === null")


def test_no_page_asks_anything_of_another_machine(signed_in, served):
    page, asked = signed_in("leader"), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/groups/{served[1]['group']}?lang=en")
    assert all(address.startswith((served[0], "data:")) for address in asked)


def test_whether_the_meeting_took_place_is_no_longer_asked_once_somebody_is_here(signed_in, served):
    page = signed_in("late")
    page.goto(f"/meetings/{served[1]['unrecorded']}/attendance?lang=en")
    asked, row = page.get_by_role("button", name="It took place"), page.locator(".register__row")
    assert asked.is_visible()
    for place, chip, still in ((0, "absent", 1), (1, "present", 0)):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            row.nth(place).locator(f".chip--{chip}").click()
        page.wait_for_function("count => document.querySelectorAll('#took-place form').length === count", arg=still)
    assert page.locator("#in-the-room").inner_text().startswith("1 person")


def test_without_scripts_all_present_keeps_what_was_ticked_and_enter_only_saves(signed_in, served):
    page = signed_in("late", scripts=False)
    page.goto(f"/meetings/{served[1]['unrecorded']}/attendance?lang=en")
    row = page.locator(".register__row")
    row.nth(2).locator(".chip--late").click()
    page.keyboard.press("Enter")
    page.wait_for_selector(".flash")
    assert row.nth(2).locator("[type=radio][value=late]").is_checked()
    assert row.nth(3).locator("[type=radio][value=not_recorded]").is_checked()
    row.nth(3).locator(".chip--absent").click()
    page.get_by_role("button", name="All present, then exceptions").click()
    assert row.nth(3).locator("[type=radio][value=absent]").is_checked() and row.nth(4).locator("[type=radio][value=present]").is_checked()
