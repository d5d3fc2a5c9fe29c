"""The twin of a group's page with its grid."""

from imrgroups.auth import public
from tests.benchmarks.twins import bp, rendered, sql, titles

SIGNS = {"present": "P", "late": "L", "left_early": "E", "excused": "X", "absent": "A", "hospital": "H", "not_recorded": "·"}
KEY = (
    ("P", "Present"), ("L", "Late"), ("E", "Left early"), ("X", "Excused"), ("A", "Absent"), ("H", "In hospital"), ("·", "Not recorded"),
    ("*", "told us beforehand"), ("+", "caught up another way"), ("", "cancelled"), ("", "not in the group"),
)

GRID = """<nav><a href="/groups">Groups</a></nav><h1>{{ group[1] }}</h1><p>Led by {{ leaders }}<br>Since {{ day(group[2]) }}, {{ clock(group[4]) }}, {{ group[3] }}.</p>
{% if coming %}<p><a href="/meetings/{{ coming[0][0] }}">Next meeting: {{ day(coming[0][1]) }}</a>{% for row in coming %}<br>{{ topics[row[2]] }}
{% endfor %}</p>{% endif %}<nav><a href="/plan">Meetings and topics</a> <a href="/people">People in the group</a>
<a href="/fidelity">If assessed today</a> <a href="/reviews">Reviews</a> <a href="/supporters">People close to them</a>
<a href="/letters">Letters to print</a> <a href="/edit">Change the group</a></nav><h2>Who came</h2>
<ul>{% for sign, word in key %}<li>{{ sign }} {{ word }}</li>{% endfor %}</ul><table class="grid"><caption>Who came to which meeting</caption><thead><tr>
<th>Name</th>{% for id, on in meetings %}
<th scope="col"><a href="/meetings/{{ id }}" aria-label="{{ short(on) }}, meeting {{ loop.index }}">{{ on[8:10]|int }}<br>{{ short(on)[-3:] }}</a></th>
{% endfor %}<th>Attendance</th><th>Came or told us</th><th>Received</th></tr></thead><tbody>
{% for id, name, cells, came, told, counted, held in rows %}<tr><th><a href="/people/{{ id }}">{{ room(name) }}</a></th>{% for sign, word in cells %}
<td class="m-{{ word }}"><span role="img" aria-label="{{ word }}">{{ sign }}</span></td>
{% endfor %}<td>{{ share(came, counted) }}</td><td>{{ share(told, counted) }}</td><td>{{ share(came, held) }}</td></tr>{% endfor %}</tbody></table>
<p>Attendance and Came or told us count the meetings held while the person was in the group. Weeks in hospital and meetings nobody recorded are left
out. Received counts every meeting held, and adds what was caught up.</p><h2>Figures</h2><p>Up to {{ day(today) }}, after {{ held }} meetings</p>
<table><caption>Figures</caption><tr><th></th><th>All {{ rows|length }} assigned</th><th>The {{ rows|length }} who started</th></tr>
{% for label, part, whole in figures %}<tr><th>{{ label }}</th><td>{{ share(part, whole) }}</td><td>{{ share(part, whole) }}</td></tr>
{% endfor %}</table><p>The last five rows count people: how many received that much of the programme, each by a definition used in a published study.
What was caught up counts once. In them, weeks in hospital and meetings nobody recorded stay in the denominator.</p>"""


@bp.get("/groups/<int:group_id>")
@public
def group(group_id: int) -> str:
    """The grid of ten people and 36 meetings."""
    one = sql("SELECT id, name, starts_on, place, local_time FROM groups WHERE id = ?", group_id)[0]
    meetings = sql("SELECT id, meets_on FROM meetings WHERE group_id = ? ORDER BY meets_on", group_id)
    marks = sql(
        "SELECT p.id, p.name, group_concat(t.id || ':' || coalesce(m.state, '')) FROM enrolments e JOIN twin_people p ON p.id = e.participant_id "
        "JOIN meetings t ON t.group_id = e.group_id LEFT JOIN marks m ON m.meeting_id = t.id AND m.participant_id = p.id WHERE e.group_id = ? "
        "GROUP BY p.id ORDER BY p.name",
        group_id,
    )
    rows = []
    for key, name, found in marks:
        states = dict(part.split(":") for part in found.split(","))
        cells = [states.get(str(id)) or "-" for id, _day in meetings]
        held = len(cells) - cells.count("-")
        came, ill = sum(cell in ("present", "late", "left_early") for cell in cells), cells.count("hospital")
        rows.append((key, name, [(SIGNS.get(cell, ""), cell) for cell in cells], came, came + cells.count("excused"), held - ill, held))
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
    review = sql("SELECT id FROM reviews WHERE group_id = ? AND due_on BETWEEN date('now') AND date('now', '+21 days')", group_id)
    came, told, counted, held = (sum(row[place] for row in rows) for place in (3, 4, 5, 6))
    modules = {taught.get(id) for id, _day in meetings}
    received = [{taught.get(meetings[place][0]) for place, cell in enumerate(row[2]) if cell[1] == "present"} for row in rows]
    figures = [
        ("Attendance: meetings they came to or caught up", came, counted), ("Commitment: came, caught up or told us", told, counted),
        ("In hospital, left out above", held - counted, held), ("Nobody recorded it, left out above", 0, held),
        ("At least 11 meetings", sum(row[3] >= 11 for row in rows), len(rows)),
        ("At least 20 meetings", sum(row[3] >= 20 for row in rows), len(rows)),
        ("At least half of the meetings", sum(2 * row[3] >= row[6] for row in rows), len(rows)),
        ("More than 70 percent of the meetings", sum(10 * row[3] > 7 * row[6] for row in rows), len(rows)),
        ("Something of every module", sum(modules <= each for each in received), len(rows)),
    ]
    return rendered(
        GRID, title=one[1], group=one, meetings=meetings, rows=rows, figures=figures, leaders=leaders, coming=coming, review=review, key=KEY,
        topics=titles()[1], today=coming[0][1], held=held // len(rows),
    )
