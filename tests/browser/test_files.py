"""Files that take seconds to make: the page says so, and the file arrives."""

import pytest

pytestmark = pytest.mark.browser


def test_a_page_says_that_a_pack_is_being_made_until_it_is_here(signed_in, served):
    page = signed_in("leader")
    page.goto(f"/meetings/{served[1]['coming']}?lang=en")
    held = []
    page.route("**/pack.pdf", lambda asked: held.append(asked))
    page.get_by_role("link", name="Print the sheets for everybody").click()
    waiting = page.get_by_role("status").filter(has_text="Making the file")
    waiting.wait_for()
    assert waiting.locator("progress").is_visible()
    with page.expect_download() as arriving:
        held[0].continue_()
    page.unroute("**/pack.pdf")
    assert arriving.value.suggested_filename.endswith(".pdf")
    waiting.wait_for(state="detached")


def test_a_file_that_cannot_be_made_opens_the_page_that_says_why(signed_in, served):
    page = signed_in("leader")
    page.goto(f"/meetings/{served[1]['coming']}?lang=en")
    page.get_by_role("link", name="Print the sheets for everybody").evaluate("link => { link.href = '/meetings/1234567/pack.pdf'; }")
    page.get_by_role("link", name="Print the sheets for everybody").click()
    page.wait_for_url("**/meetings/1234567/pack.pdf")
    assert page.locator("h1").count() == 1
