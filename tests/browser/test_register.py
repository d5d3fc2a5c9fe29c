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
