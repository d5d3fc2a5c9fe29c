"""Twins of a handout, and of the page that counts what an assessor would."""

import re
from datetime import date, timedelta

from imrgroups.auth import public
from imrgroups.fidelity.evidence import scale
from imrgroups.library import content
from imrgroups.rules import fidelity
from imrgroups.rules.fidelity import facts
from tests.benchmarks.twins import bp, rendered, room, sql

HANDOUT = """<nav><a href="/curriculum">Curriculum</a> <a href="/curriculum/recovery-strategies">{{ module }}</a></nav><p>Handout</p>
<h1>{{ title }}</h1><nav><a href="/pdf">PDF to print</a> <button>Read aloud</button> <button>Print this page</button> <button>Larger text</button></nav>
<ul><li>English</li><li>dansk</li><li>עברית</li><li>svenska</li></ul>{{ body|safe }}<form method="post" action="/comment"><details><summary>Say something about this
text</summary><label>What should the translators know?</label><p>A word that was hard, a sentence nobody understood, something that worked. Write
nothing about a person.</p><textarea name="text"></textarea><label>Which part is it about?</label><select name="about"><option>The whole page</option>
{% for part in parts %}<option>{{ part }} …</option>{% endfor %}</select><button>Send</button></details></form>"""

FIDELITY = """<nav><a href="/groups/1">{{ group }}</a></nav><h1>If {{ group }} were assessed today</h1><p>The program counts what was recorded up to
{{ day(on) }} and suggests a score. An assessor decides.</p><a href="/gaps">See what is still missing</a><dl><dt>Suggested mean</dt>
<dd>{{ "%.2f"|format(now.mean|float) }} <small>over {{ now.rated }} items. Four weeks before: {{ "%.2f"|format(before.mean|float) }}</small></dd>
<dt>Meetings held</dt><dd>{{ now.held|length }}</dd><dt>People who started</dt><dd>{{ share(now.starters|length, now.assigned|length) }}</dd></dl>
<h2>Since four weeks before</h2><img src="/change.svg" alt=""><table><thead><tr><th>Item</th><th>{{ short(then) }}</th><th>{{ short(on) }}</th></tr></thead>
{% for item in now.items[:10] %}<tr><th><a href="#item-{{ item.item }}">{{ item.item }}. {{ names[item.item][0] }}</a></th>
<td>{{ before.items[item.item - 1].suggestion or "-" }}</td><td>{{ item.suggestion or "-" }}</td></tr>{% endfor %}</table>
<a href="/months">Month by month</a> <a href="/csv">Download as a table (CSV)</a> <a href="/voice">The participants' voice</a>
{% for item in now.items %}<section><h2 id="item-{{ item.item }}">{{ item.item }}. {{ names[item.item][0] }}</h2><p>{{ names[item.item][1] }}</p>
{% if item.suggestion %}<p><strong>Suggested {{ item.suggestion }}</strong>: {% if item.denominator is not none %}{{ share(item.numerator, item.denominator) }}
{% if item.assigned_denominator is not none %}; of all assigned: {{ share(item.assigned_numerator, item.assigned_denominator) }}{% endif %}
{% else %}{{ item.value }}{% endif %}. You decide.{% set old = before.items[item.item - 1].suggestion %}{% if old and old != item.suggestion %}
Four weeks before: {{ old }}.{% endif %}</p><p>What this score means: {{ names[item.item][2][item.suggestion] }}</p>
{% else %}<p>For the assessor: the program makes no suggestion here. Recorded at {{ share(item.numerator or 0, item.denominator or 0) }} of the meetings
held.</p>{% endif %}{% if item.next %}<p>{{ item.next }} more {{ item.unit }} would move this from {{ item.suggestion }} to {{ item.suggestion + 1 }} or
higher.{% if item.unit == "people" %} You could begin with: {% for key in item.missing[:3] %}{{ room(people[key]) }}, {% endfor %} and {{ item.missing|length }}
more.{% elif item.unit == "meetings" %} Notes of {{ short(meetings[item.missing[-1]]) }}{% endif %} <a href="/there">Goals</a></p>{% endif %}
{% if item.unit == "people" and item.missing %}<details><summary>Not yet counted ({{ item.missing|length }})</summary><ul>{% for key in item.missing %}<li>
<a href="/people/{{ key }}">{{ people[key] }}</a></li>{% endfor %}</ul></details>{% elif item.unit == "meetings" and item.missing %}<details><summary>Meetings
without it ({{ item.missing|length }})</summary><ul>{% for key in item.missing %}<li><a href="/meetings/{{ key }}">{{ day(meetings[key]) }}</a></li>{% endfor %}
</ul></details>{% endif %}</section>{% endfor %}<p>Counted by IMR Fidelity Scale, version {{ version }}, from data of {{ day(on) }}.</p>"""

AT_MEETINGS = "FROM {} x JOIN meetings t ON t.id = x.meeting_id WHERE t.group_id = ?"


@bp.get("/handouts/<handout>")
@public
def handout(handout: str) -> str:
    """One handout, its text rendered beforehand."""
    if handout not in _pages:
        programme = content.load()
        document = programme.document(handout)
        body = content.html(document, programme)
        passages = [re.sub("<[^>]+>", "", part)[:57] for part in re.findall(r"<(?:p|li|h2)[^>]*>(.*?)</(?:p|li|h2)>", body, re.DOTALL)]
        _pages[handout] = (document.title.plain, document.module_title.plain, body, passages)
    title, module, body, parts = _pages[handout]
    return rendered(HANDOUT, title=title, module=module, body=body, parts=parts)


_pages: dict[str, tuple[str, str, str, list[str]]] = {}


@bp.get("/fidelity/<int:group_id>")
@public
def evidence(group_id: int) -> str:
    """The thirteen items, today and four weeks before: facts by plain SQL, counted by the same rules."""
    on = date.today()  # noqa: DTZ011
    day = date.fromisoformat
    name = sql("SELECT name FROM groups WHERE id = ?", group_id)[0][0]
    programme, instrument = content.load(), scale()
    modules, techniques = programme.modules, programme.techniques
    module_of = {topic.handout: module.id for module in modules.values() for topic in module.topics}
    held = [facts.Meeting(key, day(when), state, number) for key, when, state, number in sql(
        "SELECT id, meets_on, state, number FROM meetings WHERE group_id = ?", group_id)]
    seen = facts.GroupFacts(
        meetings=held,
        enrolments=[facts.Enrolment(who, day(first), last and day(last)) for who, first, last in sql(
            "SELECT participant_id, joined_on, left_on FROM enrolments WHERE group_id = ?", group_id)],
        marks=[facts.Mark(*row) for row in sql("SELECT x.participant_id, x.meeting_id, x.state " + AT_MEETINGS.format("marks"), group_id)],
        make_ups=[facts.MakeUp(who, at, day(when), kind) for who, at, when, kind in sql(
            "SELECT x.participant_id, x.meeting_id, x.done_on, x.kind " + AT_MEETINGS.format("make_ups"), group_id)],
        taught=[facts.Taught(at, module, modules[module].scale_topic, modules[module].skills) for at, module in sql(
            "SELECT DISTINCT x.meeting_id, x.module " + AT_MEETINGS.format("topics_taught"), group_id)],
        planned=[facts.Taught(at, module, modules[module].scale_topic, modules[module].skills) for at, module in sql(
            "SELECT DISTINCT x.meeting_id, x.module " + AT_MEETINGS.format("planned_topics"), group_id)],
        handouts=[facts.Handout(who, at, module_of[sheet]) for who, at, sheet in sql(
            "SELECT x.participant_id, x.meeting_id, x.handout " + AT_MEETINGS.format("handouts_given"), group_id)],
        goals=[facts.Goal(key, who, day(when)) for key, who, when in sql("SELECT id, participant_id, set_on FROM goals WHERE group_id = ?", group_id)],
        steps=[facts.Step(goal, due and day(due), done and day(done), helper is not None) for goal, due, done, helper in sql(
            "SELECT s.goal_id, s.due_on, s.done_on, s.supporter_id FROM steps s JOIN goals g ON g.id = s.goal_id WHERE g.group_id = ?", group_id)],
        follow_ups=[facts.FollowUp(*row) for row in sql(
            "SELECT f.goal_id, f.meeting_id FROM follow_ups f JOIN goals g ON g.id = f.goal_id WHERE g.group_id = ?", group_id)],
        homework=[facts.Homework(who, at, helper is not None) for who, at, helper in sql(
            "SELECT x.participant_id, x.meeting_id, x.supporter_id " + AT_MEETINGS.format("assignments") + " AND x.supporter_id IS NOT NULL", group_id)],
        contacts=[facts.Contact(who, day(when)) for who, when in sql(
            "SELECT DISTINCT s.participant_id, c.contact_on FROM enrolments e JOIN supporters s ON s.participant_id = e.participant_id "
            "JOIN supporter_contacts c ON c.supporter_id = s.id WHERE e.group_id = ?", group_id)],
        techniques=[facts.Technique(at, techniques[word].family, who) for at, word, who in sql(
            "SELECT x.meeting_id, x.technique, x.staff_id " + AT_MEETINGS.format("techniques_used"), group_id)],
        leaders=[facts.LeaderPresent(*row) for row in sql("SELECT x.meeting_id, x.staff_id " + AT_MEETINGS.format("leaders_present"), group_id)],
        no_longer_held=sum(row[0] for row in sql("SELECT people FROM deleted_people WHERE group_id = ?", group_id)),
    )
    now, before = (fidelity.evidence(seen, when, instrument) for when in (on, on - timedelta(days=28)))
    people = dict(sql("SELECT p.id, p.name FROM enrolments e JOIN twin_people p ON p.id = e.participant_id WHERE e.group_id = ?", group_id))
    return rendered(
        FIDELITY, title=name, group=name, now=now, before=before, on=on.isoformat(), then=(on - timedelta(days=28)).isoformat(), people=people,
        meetings={each.key: each.on.isoformat() for each in held}, names=_items(), version=instrument.version, room=room,
    )


def _items() -> dict[int, tuple[str, str, dict[int, str]]]:
    """Name, definition and anchors of each item, by number."""
    if not _known:
        _known.update({each.number: (each.name, each.definition, {score: each.anchor(score) for score in range(1, 6)}) for each in scale().items})
    return _known


_known: dict[int, tuple[str, str, dict[int, str]]] = {}
