"""Twins of today's page, a meeting's page and its register."""

from flask import redirect, request

from imrgroups.auth import public
from imrgroups.rules import supporters as rules
from tests.benchmarks.twins import bp, rendered, sql, titles

STATES = ("present", "late", "left_early", "excused", "absent", "hospital", "not_recorded")
WORDS = ("Present", "Late", "Left early", "Excused", "Absent", "In hospital", "Not recorded")
WHY = {"asked_to_call": "asked us to call"}

REGISTER = """<nav><a href="/groups/{{ one[0] }}">{{ one[1] }}</a> <a href="/meetings/{{ meeting }}">{{ short(one[3]) }}</a></nav>
<h1>Attendance</h1><p>{{ day(one[3]) }} at {{ clock(one[4]) }}, {{ one[2] }}</p><nav><a href="/meetings/{{ meeting }}/attendance.pdf">Print it</a>
<a href="/meetings/{{ meeting }}/attendance.xlsx">Spreadsheet</a> <a href="/meetings/{{ meeting }}/attendance/sheet">Put in a filled-in
spreadsheet</a></nav>{% if not here %}<form method="post" action="/all-present"><button>All present, then exceptions</button><p>Whoever told us
or is in hospital is left for you.</p></form><p>Nobody is in the room yet.</p>{% else %}<p>{{ here }} people are in the room.</p>{% endif %}
{% if here > 8 %}<p>The programme works best with at most 8 in the room, so that everybody gets a turn. The fidelity scale counts it too.
Could two leaders split the group for the practice part?</p>{% endif %}
<form method="post" action="/twin/register/{{ meeting }}">
{% for id, name, state, apology, version, saved_at, saved_by, ill, made_up in rows %}<fieldset class="register__row"><legend>{{ room(name) }}
{% if apology %} told us: cannot come{% endif %}{% if ill %} in hospital{% endif %}{% if made_up %} caught up{% endif %}</legend>
<input type="hidden" name="version_{{ id }}" value="{{ version }}"><div class="chips">{% for word, said in states %}<label class="chip chip--{{ word }}">
<input type="radio" name="mark_{{ id }}" value="{{ word }}"{% if word == state %} checked{% endif %}> {{ said }}</label>{% endfor %}</div>
{% if version %}<span>saved {{ clock(saved_at) }} by {{ saved_by }}</span> <button name="undo" value="{{ id }}">Undo {{ room(name) }}</button>{% endif %}</fieldset>
{% endfor %}<fieldset><legend>Which leaders are here?</legend>{% for id, name, there in leaders %}<label><input type="checkbox" name="leader"
value="{{ id }}"{% if there %} checked{% endif %}> {{ name }}</label>{% endfor %}</fieldset><button>Save the register</button></form>
{% if not here %}<form method="post" action="/held"><p>Nobody is marked as here. Did the meeting take place all the same?</p>
<button>It took place</button><a href="/plan">No, cancel it in the plan</a></form>{% endif %}
<h2>Who told us beforehand</h2>{% for row in rows if row[3] %}<p>{{ row[1] }}</p>
{% else %}<p>Nobody has said that they cannot come.</p>{% endfor %}<a href="/meetings/{{ meeting }}/apologies">Note that somebody cannot come</a>"""

MEETING = """<nav><a href="/groups/{{ meeting[5] }}">{{ meeting[3] }}</a></nav><h1>{{ day(meeting[1]) }} at {{ clock(meeting[2]) }}</h1>
<p>{{ meeting[3] }}, {{ meeting[4] }}. Meeting {{ meeting[6] }}.</p><ul><li><a href="/attendance">Register</a> {{ recorded }} of {{ people|length }}
recorded</li><li><a href="/homework">Homework</a> {{ homework[0] }} of {{ homework[1] }} talked about</li><li><a href="/goals">Goals</a></li>
<li><a href="/notes">Notes</a> {{ notes }}</li></ul><h2>What people said beforehand</h2>
<dl>{% for word, words in (("come", "Coming"), ("cannot", "Cannot come"), ("call_me", "Please call"), ("", "Nothing heard")) %}{% if told[word] %}
<dt>{{ words }}</dt><dd>{% for id, name in told[word] %}{% if not loop.first %}, {% endif %}<a href="/people/{{ id }}">{{ name }}</a>
{% if id in away %} (away last time){% endif %}{% endfor %}</dd>{% endif %}{% endfor %}</dl><h2>People close to them</h2>
<p>Somebody is involved for {{ share(involved, people|length) }}. One small step each, today or another day:</p><ul>
{% for step, name, who in alone %}<li>{% if step == "name" %}Ask {{ name }} who would be glad to hear that things go well.{% elif step == "consent" %}
Ask {{ name }} whether we may contact {{ who }}, and what {{ who }} may know.{% else %}We may contact {{ who }}, and have not yet. Invite them?
{% endif %}</li>{% endfor %}</ul><p><a href="/supporters">See everybody, and put contacts down</a></p><h2>What it is about</h2>
<p><a href="/pack.pdf">Print the sheets for everybody</a></p><p>One file for {{ people|length }} people, each with what they missed. It takes some
seconds.</p>{% for module, topic, sheets in topics %}<section><h3>{{ topic }}</h3><p>{{ module }}</p><ul><li><a href="/guide">Plan for the hour</a></li>
<li><a href="/handout">{{ topic }}</a></li>{% for sheet in sheets %}<li><a href="/sheet">{{ sheet }}</a> (worksheet)</li>{% endfor %}</ul></section>
{% endfor %}<nav><a href="/meetings/{{ around[0] }}">The meeting before</a> <a href="/meetings/{{ around[1] }}">The meeting after</a>
<a href="/plan">Move or cancel meetings</a></nav>"""

TODAY = """<h1>Today</h1><h2>Coming meetings</h2><ol>{% for row in coming %}<li><a href="/meetings/{{ row[0] }}">{{ day(row[1]) }} at
{{ clock(row[2]) }}</a> <strong>{{ row[3] }}</strong>, {{ row[4] }}<br>{{ topics[row[5]] }}{% if row[1][:10] == today %}
<a href="/attendance">Open the register</a>{% endif %}</li>{% endfor %}</ol><h2>Calls to make</h2><ul>{% for id, name, phone, group, why, on in calls %}
<li><a href="/calls/{{ id }}">{{ name }}</a> {% if phone %}{{ phone }}{% endif %}<br>{{ group }}: {{ why }} {% if on %}({{ short(on) }}){% endif %}.</li>
{% else %}<li>No calls to make. Everyone who was away has been reached.</li>{% endfor %}</ul>
{% if unread %}<p><a href="/replies">{{ unread }} reply to read</a></p>{% endif %}
{% if home %}<h3>Home from hospital</h3>{% for name, since in home %}<p>{{ name }} since {{ short(since) }}</p>{% endfor %}{% endif %}
{% if picked %}<h3>They chose a time to catch up</h3>{% for name, on in picked %}<p>{{ day(on) }}: {{ name }}</p>{% endfor %}{% endif %}
<h2>Left to finish</h2><ul>{% for row in past %}<li>{{ row[1] }} {{ row[2] }} {{ row[3] }}</li>
{% else %}<li>Everything from the last four weeks is recorded and signed.</li>{% endfor %}</ul><h2>Talk about in the team</h2><ul>
{% for name, count in missed %}<li>{{ name }} {{ count }}</li>{% endfor %}{% for name, group in unreached %}<li>{{ name }} {{ group }}</li>{% endfor %}
{% if not missed and not unreached %}<li>We have heard from everyone who was away twice in a row.</li>{% endif %}</ul>
{% if reviews %}<h2>Before the assessors come</h2>{% for name, on in reviews %}<p>{{ name }} {{ day(on) }}</p>{% endfor %}{% endif %}
{% if without %}<h2>No goal yet</h2><p>{{ without }}</p>{% endif %}
{% if advice %}<h2>Advice to act on</h2>{% for row in advice %}<p>{{ row[0] }}</p>{% endfor %}{% endif %}"""


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
    states = list(zip(STATES, WORDS, strict=True))
    return rendered(REGISTER, title="Register", rows=rows, leaders=leaders, meeting=meeting_id, states=states, one=one, here=here)


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


@bp.get("/meetings/<int:meeting_id>")
@public
def meeting(meeting_id: int) -> str:
    """One meeting."""
    one = sql(
        "SELECT t.id, t.meets_on, t.local_time, g.name, g.place, g.id, t.number FROM meetings t JOIN groups g ON g.id = t.group_id WHERE t.id = ?",
        meeting_id,
    )[0]
    group, on = one[5], one[1]
    people = sql(
        "SELECT p.id, p.name FROM enrolments e JOIN twin_people p ON p.id = e.participant_id WHERE e.group_id = ? AND e.joined_on <= ? "
        "AND (e.left_on IS NULL OR e.left_on >= ?) ORDER BY p.name", group, on, on,
    )
    recorded = sql("SELECT count(*) FROM marks WHERE meeting_id = ?", meeting_id)[0][0]
    last = sql("SELECT id FROM meetings WHERE group_id = ? AND state = 'held' AND meets_on < ? ORDER BY meets_on DESC LIMIT 1", group, on)[0][0]
    homework = sql(
        "SELECT count(r.id), count(a.id) FROM assignments a LEFT JOIN homework_reviews r ON r.assignment_id = a.id WHERE a.meeting_id = ?", last
    )[0]
    said = dict(sql(
        "SELECT participant_id, 'cannot' FROM apologies WHERE meeting_id = ? UNION ALL SELECT r.participant_id, r.meaning FROM replies r "
        "JOIN messages m ON m.id = r.message_id WHERE m.meeting_id = ? AND m.occasion IN ('reminder', 'moved')", meeting_id, meeting_id,
    ))
    away = {row[0] for row in sql("SELECT participant_id FROM marks WHERE meeting_id = ? AND state IN ('absent', 'excused')", last)}
    told: dict[str, list[tuple]] = {"come": [], "cannot": [], "call_me": [], "": []}
    for person in people:
        told[said.get(person[0], "")].append(person)
    topics = sql("SELECT module, topic FROM planned_topics WHERE meeting_id = ? ORDER BY position", meeting_id)
    notes = sql(
        "SELECT count(*), (SELECT count(*) FROM signatures s JOIN meeting_notes n ON n.id = s.note_id WHERE n.meeting_id = ?) FROM meeting_notes "
        "WHERE meeting_id = ?", meeting_id, meeting_id,
    )[0]
    around = sql(
        "SELECT (SELECT id FROM meetings WHERE group_id = ? AND meets_on < ? ORDER BY meets_on DESC LIMIT 1), "
        "(SELECT id FROM meetings WHERE group_id = ? AND meets_on > ? ORDER BY meets_on LIMIT 1)", group, on, group, on,
    )[0]
    steps, involved = _steps(people, on)
    modules, named = titles()
    return rendered(
        MEETING, title="Meeting", meeting=one, people=people, recorded=recorded, homework=homework, told=told, away=away, involved=involved,
        alone=steps[:3], around=around, notes="Not written" if not notes[0] else f"Signed by {notes[1]}",
        topics=[(modules[module], named[topic], ["Practising ways to calm down"]) for module, topic in topics],
    )


def _steps(people: list[tuple], on: str) -> tuple[list[tuple[str, str, str]], int]:
    """The next step for everybody without somebody close to them, the furthest first; and how many have somebody."""
    close: dict[int, list[tuple]] = {}
    keys = ", ".join(str(key) for key, _name in people)
    for row in sql(
        "SELECT s.participant_id, t.name, s.consented_on, (SELECT max(c.contact_on) FROM supporter_contacts c WHERE c.supporter_id = s.id "
        "AND c.contact_on <= ?) FROM supporters s JOIN twin_supporters t ON t.id = s.id WHERE s.ended_on IS NULL "
        f"AND s.participant_id IN ({keys})", on,
    ):
        close.setdefault(row[0], []).append(row)
    steps, involved = [], 0
    for key, name in people:
        rows = close.get(key)
        if rows is None:
            steps.append((0, "name", name.split(" ")[0], ""))
        elif any(row[3] for row in rows):
            involved += 1
        else:
            word = "invite" if rows[0][2] else "consent"
            steps.append((rules.ORDER.index(rules.Next(word)), word, name.split(" ")[0], rows[0][1]))
    return [step[1:] for step in sorted(steps, key=lambda step: step[0])], involved


@bp.get("/today/<int:staff_id>")
@public
def today(staff_id: int) -> str:
    """What is coming and what is left."""
    mine = (
        "SELECT t.id, t.meets_on, t.local_time, g.name, g.place, (SELECT group_concat(topic) FROM planned_topics p WHERE p.meeting_id = t.id) "
        "FROM meetings t JOIN groups g ON g.id = t.group_id JOIN group_leaders l ON l.group_id = g.id WHERE l.staff_id = ? AND "
    )
    leads = "IN (SELECT group_id FROM group_leaders WHERE staff_id = ?)"
    coming = sql(mine + "t.starts_at >= datetime('now', '-12 hours') AND t.starts_at < datetime('now', '+7 days') ORDER BY 2", staff_id)
    past = sql(
        mine + "t.starts_at < datetime('now', '-1 hours') AND t.starts_at > datetime('now', '-28 days') AND "
        "(SELECT count(*) FROM marks m WHERE m.meeting_id = t.id AND m.state <> 'not_recorded') < 10 AND t.id <> ? ORDER BY 2",
        staff_id, coming[0][0],
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
    calls = sql(
        "SELECT c.id, p.name, '', g.name, c.reason, t.meets_on FROM call_tasks c JOIN twin_people p ON p.id = c.participant_id "
        "LEFT JOIN groups g ON g.id = c.group_id LEFT JOIN meetings t ON t.id = c.meeting_id WHERE c.done_at IS NULL AND c.due_on <= date('now') "
        f"AND c.group_id {leads} ORDER BY c.due_on", staff_id,
    )
    unreached = sql(
        "SELECT p.name, g.name FROM call_tasks c JOIN twin_people p ON p.id = c.participant_id JOIN groups g ON g.id = c.group_id WHERE "
        f"c.outcome = 'no_answer' AND c.done_at > datetime('now', '-14 days') AND c.group_id {leads}", staff_id,
    )
    picked = sql(
        "SELECT p.name, o.on_day FROM offered_slots o JOIN meetings t ON t.id = o.meeting_id JOIN twin_people p ON p.id = o.participant_id "
        f"WHERE o.picked_at IS NOT NULL AND o.on_day >= date('now') AND t.group_id {leads}", staff_id,
    )
    home = sql(
        "SELECT p.name, h.to_on FROM hospital_stays h JOIN twin_people p ON p.id = h.participant_id JOIN enrolments e ON e.participant_id = p.id "
        f"WHERE h.to_on >= date('now', '-10 days') AND e.group_id {leads}", staff_id,
    )
    unread = sql(
        "SELECT count(*) FROM replies r JOIN enrolments e ON e.participant_id = r.participant_id WHERE r.needs_reading = 1 AND e.group_id " + leads,
        staff_id,
    )[0][0]
    reviews = sql(
        "SELECT g.name, r.due_on FROM reviews r JOIN groups g ON g.id = r.group_id WHERE r.due_on > date('now') AND r.due_on < date('now', '+21 days') "
        f"AND r.group_id {leads}", staff_id,
    )
    advice = sql(f"SELECT c.id FROM recommendations c JOIN reviews r ON r.id = c.review_id WHERE c.state = 'open' AND r.group_id {leads}", staff_id)
    return rendered(
        TODAY, title="Today", coming=coming, past=past, missed=missed, without=without, unreached=unreached, picked=picked, home=home, unread=unread,
        calls=[(id, name, phone, group, WHY[why], on) for id, name, phone, group, why, on in calls], reviews=reviews, advice=advice,
        today=coming[0][1][:10], topics=titles()[1],
    )
