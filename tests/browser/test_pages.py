"""Every page a role can open: no barrier that axe finds, nothing wider than the screen, in three languages."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from imrgroups.people.models import INTAKE_TASKS as TASKS

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
        "/groups/{group}/people/{person}/leave",
        "/groups/{group}/people/{person}/back",
        "/meetings/{coming}",
        "/meetings/{coming}/move",
        "/meetings/{coming}/cancel",
        "/meetings/{held}",
        "/meetings/{held}/attendance",
        "/meetings/{held}/attendance/sheet",
        "/meetings/{coming}/apologies",
        "/meetings/{coming}/attendance",
        "/meetings/{held}/notes",
        "/meetings/{held}/goals",
        "/meetings/{held}/homework",
        "/people",
        "/people/new",
        "/people/{person}",
        "/people/{person}/edit",
        "/people/{person}/intake",
        *(f"/people/{{person}}/intake/{task}" for task in TASKS),
        "/people/{person}/goals",
        "/people/{person}/own-words",
        "/people/{person}/circle",
        "/people/{person}/make-ups",
        "/people/{person_away}/make-ups/{missed}",
        "/people/{person}/consents",
        "/people/{person}/hospital",
        "/people/{person}/reminders",
        "/people/{person}/supporters",
        "/people/{person}/supporters/new",
        "/people/{person}/welcome-back",
        "/people/{person_with_goal}/goals/{goal}",
        "/people/{person_with_sheet}/sheets/{sheet}",
        "/supporters/{supporter}/edit",
        "/calls/{call}",
        "/people/{person}/make-ups/{held}/offer",
        "/messages",
        "/curriculum",
        "/curriculum/recovery-strategies",
        "/curriculum/recovery-strategies/guide/what-helps",
        "/curriculum/handouts/recovery-what-helps",
        "/curriculum/worksheets/network-card",
        "/curriculum/stress-vulnerability/family",
        "/curriculum/stress-vulnerability/ward",
        "/messages/words",
        "/replies",
        "/messages/letters",
        "/account",
        "/account/calendar",
        "/account/password",
        "/account/two-factor",
        "/account/recovery-codes",
        "/account/again",
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
        "/centres/{centre}/edit",
        "/centres/{centre}/reminders",
        "/centres/{centre}/export",
        "/centres/{centre}/staff/new",
        "/centres/{centre}/staff/{leading}",
        "/centres/{centre}/closed-weeks",
        "/centres/{centre}/training",
        "/centres/{centre}/training/new",
        "/groups/{group}",
        "/groups/{group}/reason",
        "/meetings/{held}/notes",
        "/people/{person}",
        "/curriculum/translate",
        "/curriculum/translate/da",
        "/curriculum/translate/da/recovery-what-helps",
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
        "/me/questions",
        "/me/questions/thanks",
    ],
    "visiting": [
        "/reviews/{review}/day",
        "/reviews/{review}/interviews",
        "/reviews/{review}/interviews/leader/1",
        "/reviews/{review}/observe",
        "/reviews/{review}/voice",
        "/reviews/{review}/binder",
        "/reviews/{review}/binder/all",
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
# Pages that say no, and are read all the same; every other answers 200.
REFUSED = {
    ("", "/nothing-here"): 404, ("coordinator", "/meetings/{held}/notes"): 403, ("assessor", "/groups/{group}"): 403,
    ("assessor", "/reviews/{final}/rate"): 403,
}
ALL = [(role, path) for role, paths in PAGES.items() for path in paths]
axe = Axe()


def wrong(page) -> list[str]:
    found = axe.run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:3]]


def run_together(page, names: list[str]) -> list[str]:
    """Names in Latin letters that a Hebrew page shows without keeping them in their own order: "Elin T." would read ".Elin T"."""
    return page.evaluate(
        """names => {
            const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                const node = walk.currentNode, text = node.data, around = node.parentElement;
                if (around.closest("script, textarea, .nhsuk-u-visually-hidden")) continue;
                const name = names.find(each => text.includes(each));
                if (!name) continue;
                const before = text.slice(0, text.indexOf(name)), element = around.closest("bdi, [dir]");
                const marked = before.lastIndexOf("\u2068") > before.lastIndexOf("\u2069");
                if (!marked && element.tagName === "HTML") found.push(around.outerHTML.slice(0, 120));
            }
            return found;
        }""",
        names,
    )


def spoken(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_every_page_somebody_sees_is_looked_at(app):
    """Each address that can be opened is one of PAGES, or gives a file, or has its reason here."""
    elsewhere = {
        "health": "for machines", "static": "files", "desk.pack": "a file", "desk.ward_pack": "a file", "enrolment.certificate": "a file",
        "mypage.everything": "a file", "mypage.feed": "a calendar", "mypage.print_card": "a file", "library.pack": "a file",
        "library.download": "a file", "outcomes.sheet": "a file", "outreach.letters_pdf": "a file",
        "fidelity.worker": "a script", "fidelity.binder_file": "a file", "fidelity.report_pdf": "a file", "fidelity.receipt_file": "a file",
        "fidelity.write": "only while a report is written: tests/fidelity", "fidelity.answer": "only while a draft waits: tests/fidelity",
        "mypage.question": "only while the questions after a module wait: tests/mypage/test_questions.py",
        "security.tf_select": "only in the middle of signing in: tests/staff",
        "security.two_factor_token_validation": "only in the middle of signing in: tests/staff",
        "security.two_factor_rescue": "only in the middle of signing in: tests/staff",
        "security.mf_recovery": "only in the middle of signing in: tests/staff",
    }
    places = app.url_map.bind("localhost")
    seen = {places.match(re.sub(r"\{\w+\}", "1", path).partition("?")[0])[0] for _role, path in ALL if path != "/nothing-here"}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and "." not in rule.rule.rpartition("/")[2]]
    assert {rule.endpoint for rule in rules} - seen - set(elsewhere) == set()
    assert set(elsewhere) <= {rule.endpoint for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("language", ["en", "da", "he"])
@pytest.mark.parametrize(("role", "path"), ALL, ids=[f"{role or 'nobody'}{path}" for role, path in ALL])
def test_a_page_has_no_barrier(signed_in, served, role, path, language):
    page = signed_in(role)
    answer = page.goto(spoken(path.format(**served[1]), language))
    assert answer.status == REFUSED.get((role, path), 200)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "he" else "ltr")
    assert wrong(page) == []
    assert language != "he" or run_together(page, served[1]["names"]) == []


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


def small(page) -> list[str]:
    """Buttons, fields and summaries that a finger does not meet easily: under 44 px high. What is folded away is unfolded first."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return page.evaluate(
        """() => [...document.querySelectorAll("button, summary, .nhsuk-button, select, .chip, .nhsuk-input")]
            .filter(each => !each.closest(".nhsuk-u-visually-hidden, [hidden]") && each.getBoundingClientRect().width > 1)
            .filter(each => each.getBoundingClientRect().height < 43.5)
            .map(each => `${Math.round(each.getBoundingClientRect().height)} px: ${each.outerHTML.slice(0, 100)}`)"""
    )


@pytest.mark.parametrize("width", [320, 1024])
@pytest.mark.parametrize("role", list(PAGES))
def test_what_a_finger_has_to_meet_is_high_enough(signed_in, served, role, width):
    page = signed_in(role, width=width)
    low = {}
    for path in PAGES[role]:
        page.goto(spoken(path.format(**served[1]), "da"))
        if found := small(page):
            low[path] = found
    assert low == {}


@pytest.mark.parametrize("language", ["en", "da", "sv", "he"])
def test_the_menu_of_a_leader_is_one_line_on_a_small_laptop(signed_in, language):
    page = signed_in("leader")
    page.goto(f"/today?lang={language}")
    assert page.locator(".site-header").bounding_box()["height"] < 70
