"""Bare twins: the same rows by plain SQL, the same visible content by one plain template; no sign-in, no ORM, no component macros.

They run in the same server process as the pages they are compared with. Names come from a table of their own, unsealed.
"""

import sqlite3
import threading
from pathlib import Path

from flask import Blueprint, current_app, redirect, request
from jinja2 import Environment

from imrgroups.auth import public
from imrgroups.library import content

bp = Blueprint("twin", __name__, url_prefix="/twin")
_local = threading.local()
STATES = ("present", "late", "left_early", "excused", "absent", "hospital", "not_recorded")

HEAD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<link rel="stylesheet" href="/static/nhsuk/nhsuk.min.css"><link rel="stylesheet" href="/static/imrgroups.css"></head><body>
<a href="#maincontent">Skip to main content</a><header><a href="/today">imrgroups</a><nav><ul><li>Today</li><li>Groups</li><li>People</li>
<li>Curriculum</li></ul></nav><a href="/account">Dana Lund</a><form method="post" action="/sign-out"><button>Sign out</button></form></header>
<main id="maincontent">"""
FOOT = """</main><footer><ul><li>English</li><li>dansk</li><li>svenska</li><li>עברית</li></ul>
<p>imrgroups supports Illness Management and Recovery groups. It does not replace anyone's own treatment team.</p></footer></body></html>"""

REGISTER = (
    HEAD
    + """<nav><a href="/groups/{{ one[0] }}">{{ one[1] }}</a> <a href="/meetings/{{ meeting }}">{{ one[3] }}</a></nav><h1>Register</h1>
<p>{{ one[3] }} at {{ one[4] }}, {{ one[2] }}</p><nav><a href="/meetings/{{ meeting }}/attendance.pdf">Print it</a>
<a href="/meetings/{{ meeting }}/attendance.xlsx">Spreadsheet</a> <a href="/meetings/{{ meeting }}/attendance/sheet">Put in a filled-in spreadsheet</a></nav>
<p>{{ here }} people are in the room.</p>{% if here > 8 %}<p>The programme works best with at most 8 in the room, so that everybody gets a turn.</p>{% endif %}
<form method="post" action="/twin/register/{{ meeting }}">
{% for id, name, state, apology, version, saved_at, saved_by, ill, made_up in rows %}<fieldset class="register__row"><legend>{{ name }}
{% if apology %} told us: cannot come{% endif %}{% if ill %} in hospital{% endif %}{% if made_up %} caught up{% endif %}</legend>
<input type="hidden" name="version_{{ id }}" value="{{ version }}"><div class="chips">{% for word in states %}<label class="chip chip--{{ word }}">
<input type="radio" name="mark_{{ id }}" value="{{ word }}"{% if word == state %} checked{% endif %}> {{ word }}</label>{% endfor %}</div>
{% if version %}<span>saved {{ saved_at }} by {{ saved_by }}</span> <button name="undo" value="{{ id }}">Undo {{ name }}</button>{% endif %}</fieldset>
{% endfor %}<fieldset><legend>Leaders</legend>{% for id, name, there in leaders %}<label><input type="checkbox" name="leader" value="{{ id }}"
{% if there %} checked{% endif %}> {{ name }}</label>{% endfor %}</fieldset><button>Save</button></form><h2>Who told us beforehand</h2>{% for row in rows if row[3] %}<p>{{ row[1] }}</p>
{% else %}<p>Nobody has said that they cannot come.</p>{% endfor %}<a href="/meetings/{{ meeting }}/apologies">Note that somebody cannot come</a>"""
    + FOOT
)
GRID = (
    HEAD
    + """<h1>{{ group[1] }}</h1><p>Led by {{ leaders }}. Since {{ group[2] }}, {{ group[3] }}</p>{% if coming %}<p><a href="/meetings/{{ coming[0][0] }}">
Next meeting: {{ coming[0][1] }}</a>{% for row in coming %}<br>{{ row[2] }}{% endfor %}</p>{% endif %}<nav><a href="/plan">Meetings and topics</a>
<a href="/people">People in the group</a> <a href="/fidelity">If assessed today</a> <a href="/edit">Change the group</a></nav><h2>Who came</h2>
<ul>{% for word in key %}<li>{{ word }}</li>{% endfor %}</ul><table class="grid"><thead><tr><th>Name</th>{% for id, day in meetings %}
<th><a href="/meetings/{{ id }}">{{ day }}</a></th>{% endfor %}<th>Attendance</th><th>Commitment</th><th>Received</th></tr></thead><tbody>
{% for name, cells, came, held, share in rows %}<tr><th><a href="/people/1">{{ name }}</a></th>{% for cell in cells %}<td class="m-{{ cell }}">{{ cell }}</td>
{% endfor %}<td>{{ came }} of {{ held }} ({{ share }} %)</td><td>{{ came }} of {{ held }} ({{ share }} %)</td><td>{{ came }} of {{ held }} ({{ share }} %)</td></tr>{% endfor %}</tbody></table>
<p>Attendance and Came or told us count the meetings held while the person was in the group. Weeks in hospital and meetings nobody recorded are left
out. Received counts every meeting held, and adds what was caught up.</p><h2>Figures</h2>
<table>{% for label, part, whole in figures %}<tr><th>{{ label }}</th><td>{{ part }} of {{ whole }}</td><td>{{ part }} of {{ whole }}</td></tr>
{% endfor %}</table><p>The last five rows count people: how many received that much of the programme, each by a definition used in a published study.</p>"""
    + FOOT
)
MEETING = (
    HEAD
    + """<h1>{{ meeting[1] }} {{ meeting[2] }}</h1><p>{{ meeting[3] }}, {{ meeting[4] }}</p><ul><li>Register {{ recorded }} of 10</li>
<li>Homework {{ homework }} of 10</li><li>Goals</li><li>Notes {{ notes }}</li></ul><h2>What it is about</h2>{% for module, topic in topics %}<section><h3>{{ topic }}</h3>
<p>{{ module }}</p><ul><li>Plan for the hour</li><li>Handout</li><li>Worksheet</li></ul></section>{% endfor %}<nav>
<a href="/meetings/{{ around[0] }}">The meeting before</a> <a href="/meetings/{{ around[1] }}">The meeting after</a> <a href="/plan">Move or cancel</a></nav>
"""
    + FOOT
)
TODAY = (
    HEAD
    + """<h1>Today</h1><h2>Coming meetings</h2><ol>{% for row in coming %}<li><a href="/meetings/{{ row[0] }}">{{ row[1] }} {{ row[2] }}</a>
{{ row[3] }}, {{ row[4] }}<br>{{ row[5] }}</li>{% endfor %}</ol><h2>Left to finish</h2><ul>{% for row in past %}<li>{{ row[1] }} {{ row[2] }} {{ row[3] }}</li>{% endfor %}</ul>
<h2>Away twice or more</h2><ul>{% for name, count in missed %}<li>{{ name }} {{ count }}</li>{% endfor %}</ul>{% if without %}<h2>No goal yet</h2><p>{{ without }}</p>{% endif %}"""
    + FOOT
)
HANDOUT = HEAD + """<h1>{{ title }}</h1><p>Handout</p>{{ body|safe }}""" + FOOT


_environment = Environment(autoescape=True)
_compiled = {}


def rendered(source: str, **values: object) -> str:
    """A page from a template that was compiled once."""
    if source not in _compiled:
        _compiled[source] = _environment.from_string(source)
    return _compiled[source].render(values)


def sql(statement: str, *values: object) -> list[tuple]:
    """Rows of a plain statement on a connection of this thread."""
    if getattr(_local, "connection", None) is None:
        path = Path(current_app.config["DATA"]) / "imrgroups.sqlite"
        _local.connection = sqlite3.connect(path, isolation_level=None, timeout=15)
        _local.connection.execute("PRAGMA synchronous=NORMAL")
    return _local.connection.execute(statement, values).fetchall()


@bp.get("/register/<int:meeting_id>")
@public
def register(meeting_id: int) -> str:
    """The register of ten."""
    rows = sql(
        "SELECT p.id, p.name, coalesce(m.state, 'not_recorded'), a.id, coalesce(m.version, 0), "
        "substr(m.marked_at, 12, 5), s.name, (SELECT 1 FROM hospital_stays h WHERE h.participant_id = p.id AND h.from_on <= t.meets_on AND "
        "(h.to_on IS NULL OR h.to_on >= t.meets_on)), u.id FROM meetings t JOIN enrolments e ON e.group_id = t.group_id "
        "JOIN twin_people p ON p.id = e.participant_id LEFT JOIN marks m ON m.meeting_id = t.id AND m.participant_id = p.id "
        "LEFT JOIN apologies a ON a.meeting_id = t.id AND a.participant_id = p.id "
        "LEFT JOIN make_ups u ON u.meeting_id = t.id AND u.participant_id = p.id LEFT JOIN staff s ON s.id = m.marked_by_id "
        "WHERE t.id = ? ORDER BY p.name",
        meeting_id,
    )
    leaders = sql(
        "SELECT s.id, s.name, l.staff_id FROM meetings t JOIN group_leaders g ON g.group_id = t.group_id JOIN staff s ON s.id = g.staff_id "
        "LEFT JOIN leaders_present l ON l.meeting_id = t.id AND l.staff_id = s.id WHERE t.id = ?",
        meeting_id,
    )
    one = sql("SELECT g.id, g.name, g.place, t.meets_on, t.local_time FROM meetings t JOIN groups g ON g.id = t.group_id WHERE t.id = ?", meeting_id)[0]
    here = sum(row[2] in STATES[:3] for row in rows)
    return rendered(REGISTER, title="Register", rows=rows, leaders=leaders, meeting=meeting_id, states=STATES, one=one, here=here)


@bp.post("/register/<int:meeting_id>")
@public
def save(meeting_id: int):
    """Save ten marks in one transaction."""
    sql("BEGIN IMMEDIATE")
    for name, state in request.form.items():
        if name.startswith("mark_"):
            sql(
                "INSERT INTO twin_marks VALUES (?, ?, ?) ON CONFLICT (meeting_id, participant_id) DO UPDATE SET state = excluded.state",
                meeting_id,
                int(name[5:]),
                state,
            )
    sql("COMMIT")
    return redirect(f"/twin/register/{meeting_id}", 303)


@bp.get("/groups/<int:group_id>")
@public
def group(group_id: int) -> str:
    """The grid of ten people and 36 meetings."""
    one = sql("SELECT id, name, starts_on, place FROM groups WHERE id = ?", group_id)[0]
    meetings = sql("SELECT id, meets_on FROM meetings WHERE group_id = ? ORDER BY meets_on", group_id)
    marks = sql(
        "SELECT p.id, p.name, group_concat(t.id || ':' || coalesce(m.state, '')) FROM enrolments e JOIN twin_people p ON p.id = e.participant_id "
        "JOIN meetings t ON t.group_id = e.group_id LEFT JOIN marks m ON m.meeting_id = t.id AND m.participant_id = p.id WHERE e.group_id = ? "
        "GROUP BY p.id ORDER BY p.name",
        group_id,
    )
    rows = []
    for _id, name, found in marks:
        states = dict(part.split(":") for part in found.split(","))
        cells = [states.get(str(id)) or "-" for id, _day in meetings]
        came, held = sum(cell == "present" for cell in cells), sum(cell != "-" for cell in cells)
        rows.append((name, cells, came, held, round(100 * came / held) if held else 0))
    leaders = ", ".join(
        row[0] for row in sql("SELECT s.name FROM group_leaders l JOIN staff s ON s.id = l.staff_id WHERE l.group_id = ? ORDER BY 1", group_id)
    )
    coming = sql(
        "SELECT t.id, t.meets_on, p.topic FROM meetings t LEFT JOIN planned_topics p ON p.meeting_id = t.id WHERE t.id = (SELECT id FROM meetings "
        "WHERE group_id = ? AND state <> 'cancelled' AND starts_at >= datetime('now', '-12 hours') ORDER BY starts_at LIMIT 1)",
        group_id,
    )
    taught = dict(
        sql("SELECT t.id, p.module FROM meetings t JOIN planned_topics p ON p.meeting_id = t.id WHERE t.group_id = ? AND t.state = 'held'", group_id)
    )
    came, held = sum(row[2] for row in rows), sum(row[3] for row in rows)
    ill = sum(row[1].count("hospital") for row in rows)
    modules = {taught.get(id) for id, _day in meetings}
    received = [{taught.get(meetings[place][0]) for place, cell in enumerate(row[1]) if cell == "present"} for row in rows]
    figures = [
        ("Attendance", came, held), ("Commitment", came, held), ("In hospital", ill, held), ("Nobody recorded it", 0, held),
        ("At least 11 meetings", sum(row[2] >= 11 for row in rows), len(rows)),
        ("At least 20 meetings", sum(row[2] >= 20 for row in rows), len(rows)),
        ("At least half", sum(2 * row[2] >= row[3] for row in rows), len(rows)),
        ("More than 70 percent", sum(10 * row[2] > 7 * row[3] for row in rows), len(rows)),
        ("Something of every module", sum(modules <= each for each in received), len(rows)),
    ]
    return rendered(
        GRID, title=one[1], group=one, meetings=meetings, rows=rows, figures=figures, leaders=leaders, coming=coming,
        key=(*STATES, "told us beforehand", "caught up another way", "cancelled", "not in the group"),
    )


@bp.get("/meetings/<int:meeting_id>")
@public
def meeting(meeting_id: int) -> str:
    """One meeting."""
    one = sql(
        "SELECT t.id, t.meets_on, t.local_time, g.name, g.place FROM meetings t JOIN groups g ON g.id = t.group_id WHERE t.id = ?",
        meeting_id,
    )[0]
    recorded = sql("SELECT count(*) FROM marks WHERE meeting_id = ?", meeting_id)[0][0]
    homework = sql("SELECT count(*) FROM assignments WHERE meeting_id = ?", meeting_id)[0][0]
    topics = sql("SELECT module, topic FROM planned_topics WHERE meeting_id = ? ORDER BY position", meeting_id)
    notes = sql(
        "SELECT count(*), (SELECT count(*) FROM signatures s JOIN meeting_notes n ON n.id = s.note_id WHERE n.meeting_id = ?) FROM meeting_notes "
        "WHERE meeting_id = ?", meeting_id, meeting_id,
    )[0]
    around = sql(
        "SELECT (SELECT id FROM meetings WHERE group_id = t.group_id AND meets_on < t.meets_on ORDER BY meets_on DESC LIMIT 1), "
        "(SELECT id FROM meetings WHERE group_id = t.group_id AND meets_on > t.meets_on ORDER BY meets_on LIMIT 1) FROM meetings t WHERE t.id = ?",
        meeting_id,
    )[0]
    said = "Not written" if not notes[0] else f"Signed by {notes[1]}"
    return rendered(MEETING, title="Meeting", meeting=one, recorded=recorded, homework=homework, topics=topics, notes=said, around=around)


@bp.get("/today/<int:staff_id>")
@public
def today(staff_id: int) -> str:
    """What is coming and what is left."""
    mine = "SELECT t.id, t.meets_on, t.local_time, g.name, g.place, (SELECT group_concat(topic) FROM planned_topics p WHERE p.meeting_id = t.id) FROM meetings t JOIN groups g ON g.id = t.group_id JOIN group_leaders l ON l.group_id = g.id "
    coming = sql(
        mine
        + "WHERE l.staff_id = ? AND t.starts_at >= datetime('now', '-12 hours') AND t.starts_at < datetime('now', '+7 days') ORDER BY 2",
        staff_id,
    )
    past = sql(
        mine + "WHERE l.staff_id = ? AND t.starts_at < datetime('now', '-1 hours') AND t.starts_at > datetime('now', '-28 days') AND "
        "(SELECT count(*) FROM marks m WHERE m.meeting_id = t.id AND m.state <> 'not_recorded') < 10 ORDER BY 2",
        staff_id,
    )
    missed = sql(
        "SELECT p.name, count(*) FROM marks m JOIN meetings t ON t.id = m.meeting_id JOIN group_leaders l ON l.group_id = t.group_id "
        "JOIN twin_people p ON p.id = m.participant_id WHERE l.staff_id = ? AND m.state = 'absent' AND t.starts_at > datetime('now', '-70 days') GROUP BY p.id "
        "HAVING count(*) > 3",
        staff_id,
    )
    without = sql(
        "SELECT count(*) FROM enrolments e JOIN group_leaders l ON l.group_id = e.group_id WHERE l.staff_id = ? AND e.left_on IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM goals o WHERE o.participant_id = e.participant_id AND o.group_id = e.group_id AND o.state = 'active')", staff_id,
    )[0][0]
    return rendered(TODAY, title="Today", coming=coming, past=past, missed=missed, without=without)


@bp.get("/handouts/<handout>")
@public
def handout(handout: str) -> str:
    """One handout, its text rendered beforehand."""
    if handout not in _pages:
        programme = content.load()
        document = programme.document(handout)
        _pages[handout] = (document.title.plain, content.html(document, programme))
    title, body = _pages[handout]
    return rendered(HANDOUT, title=title, body=body)


_pages: dict[str, tuple[str, str]] = {}
