"""Every page a role can open: no barrier that axe finds, nothing wider than the screen, in three languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PAGES = {
    "": ["/", "/sign-in", "/nothing-here", "/card", "/card/of-nobody", "/card/closed"],
    "leader": [
        "/today",
        "/groups",
        "/groups/{group}",
        "/groups/{group}/plan",
        "/groups/{group}/people",
        "/groups/{group}/edit",
        "/groups/{group}/end",
        "/groups/{group}/fidelity",
        "/groups/{group}/gaps",
        "/reviews/{review}/binder/receipt",
        "/groups/{group}/fidelity/months",
        "/groups/{group}/voice",
        "/groups/{group}/voice/recovery-strategies",
        "/groups/{group}/reviews",
        "/reviews/{review}",
        "/reviews/{reported}/report",
        "/groups/{group}/supporters",
        "/groups/{group}/meetings/new",
        "/meetings/{coming}",
        "/meetings/{coming}/move",
        "/meetings/{coming}/cancel",
        "/meetings/{held}",
        "/meetings/{held}/attendance",
        "/meetings/{coming}/attendance",
        "/meetings/{held}/notes",
        "/meetings/{held}/goals",
        "/meetings/{held}/homework",
        "/people",
        "/people/new",
        "/people/{person}",
        "/people/{person}/edit",
        "/people/{person}/intake",
        "/people/{person}/goals",
        "/people/{person}/own-words",
        "/people/{person}/circle",
        "/people/{person}/make-ups", "/people/{person}/make-ups/{held}/offer", "/people/{person}/reminders",
        "/messages",
        "/curriculum",
        "/curriculum/recovery-strategies",
        "/curriculum/recovery-strategies/guide/what-helps",
        "/curriculum/handouts/recovery-what-helps",
        "/curriculum/worksheets/network-card",
        "/curriculum/stress-vulnerability/family",
        "/messages",
        "/messages/words",
        "/replies",
        "/messages/letters",
        "/account",
        "/account/calendar",
        "/account/password",
        "/account/two-factor",
    ],
    "coordinator": [
        "/today",
        "/overview",
        "/fidelity?state=all",
        "/reviews/across",
        "/reviews",
        "/reviews/{review}",
        "/reviews/{final}/assessors",
        "/reviews/{final}/dates",
        "/groups",
        "/groups/new",
        "/centres",
        "/centres/{centre}",
        "/centres/{centre}/staff/new",
        "/centres/{centre}/closed-weeks",
        "/centres/{centre}/training",
        "/centres/{centre}/training/new",
        "/groups/{group}",
        "/groups/{group}/reason",
        "/meetings/{held}/notes",
        "/people/{person}",
        "/curriculum/translate/da",
        "/messages",
    ],
    "administrator": ["/today", "/centres", "/centres/{centre}", "/centres/{centre}/edit", "/centres/new"],
    "participant": [
        "/me",
        "/me?size=large",
        "/me?size=normal",
        "/me/plan",
        "/me/calendar",
        "/me/homework",
        "/me/goals",
        "/me/sheets",
        "/me/sheets/goal-sheet",
        "/me/handouts",
        "/me/handouts/recovery-what-it-means",
        "/me/messages",
        "/me/words",
    ],
    "visiting": [
        "/reviews/{review}/binder",
        "/reviews/{review}/binder/items/5",
        "/reviews/{review}/binder/parts/attendance",
        "/reviews/{review}/binder/charts/P01",
        "/reviews/{review}/binder/freeze",
    ],
    "assessor": [
        "/today",
        "/curriculum",
        "/groups/{group}",
        "/reviews",
        "/reviews/{review}",
        "/reviews/{review}/rate",
        "/reviews/{review}/consensus",
        "/reviews/{final}/rate",
    ],
}
ALL = [(role, path) for role, paths in PAGES.items() for path in paths]
axe = Axe()


def wrong(page) -> list[str]:
    found = axe.run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:3]]


def spoken(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["en", "da", "he"])
@pytest.mark.parametrize(("role", "path"), ALL, ids=[f"{role or 'nobody'}{path}" for role, path in ALL])
def test_a_page_has_no_barrier(signed_in, served, role, path, language):
    page = signed_in(role)
    page.goto(spoken(path.format(**served[1]), language))
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "he" else "ltr")
    assert wrong(page) == []


@pytest.mark.parametrize("language", ["en", "da", "he"])
@pytest.mark.parametrize("role", [role for role in PAGES if role])
def test_no_page_is_wider_than_a_small_phone(signed_in, served, role, language):
    page = signed_in(role, width=320)
    wide = {}
    for path in PAGES[role]:
        page.goto(spoken(path.format(**served[1]), language))
        if sideways(page) > 0:
            wide[path] = sideways(page)
    assert wide == {}
