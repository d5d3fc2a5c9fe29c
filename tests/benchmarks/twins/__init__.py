"""Bare twins: the same rows by plain SQL, the same visible content by one plain template; no sign-in, no ORM, no component macros.

They run in the same server process as the pages they are compared with. Names come from tables of their own, unsealed; words stand in
the templates, in English. The benchmark counts how many of a page's words its twin shows, and refuses a twin that shows too few.
"""

import sqlite3
import threading
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from flask import Blueprint, current_app
from jinja2 import Environment, Template

from imrgroups.library import content

bp = Blueprint("twin", __name__, url_prefix="/twin")
_local = threading.local()
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

HEAD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<link rel="stylesheet" href="/static/nhsuk/nhsuk.min.css"><link rel="stylesheet" href="/static/imrgroups.css"></head><body>
<a href="#maincontent">Skip to main content</a><p>This is a demonstration. All people in it are invented, and everybody can sign in.</p>
<header><a href="/today">imrgroups</a><nav><ul><li><a href="/today">Today</a></li><li><a href="/groups">Groups</a></li>
<li><a href="/people">People</a></li><li><a href="/messages">Messages</a></li><li><a href="/curriculum">Curriculum</a></li></ul></nav>
<button>Cover screen</button><a href="/account">Dana Lund</a><form method="post" action="/sign-out"><button>Sign out</button></form></header>
<main id="maincontent">"""
FOOT = """</main><footer><ul><li>English</li><li>dansk</li><li>svenska</li><li>עברית</li></ul>
<p>imrgroups supports Illness Management and Recovery groups. It does not replace anyone's own treatment team.</p></footer>
<p>Show the screen again</p></body></html>"""


@lru_cache(maxsize=4096)
def day(text: str) -> str:
    """A date as the pages write it: "Saturday 28 November"."""
    on = date.fromisoformat(text[:10])
    return f"{DAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]}"


@lru_cache(maxsize=4096)
def short(text: str) -> str:
    """The same in short: "Sat 28 Nov"."""
    on = date.fromisoformat(text[:10])
    return f"{DAYS[on.weekday()][:3]} {on.day} {MONTHS[on.month - 1][:3]}"


def clock(text: str) -> str:
    """A time as the pages write it: "11.00"."""
    return f"{text[:2]}.{text[3:5]}"


def share(part: int, whole: int) -> str:
    """A part of a whole with both numbers."""
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "0 of 0"


def room(name: str) -> str:
    """First name and initial."""
    first, last = name.split(" ")
    return f"{first} {last[0]}."


@cache
def titles() -> tuple[dict[str, str], dict[str, str]]:
    """Module titles and topic titles by id, as the pages show them."""
    modules = content.load().modules
    topics = {topic.id: topic.safe_title.plain for module in modules.values() for topic in module.topics}
    return {id: module.title.plain for id, module in modules.items()}, topics


_environment = Environment(autoescape=True)
_environment.globals |= {"day": day, "short": short, "clock": clock, "share": share, "room": room}
_compiled: dict[str, Template] = {}


def rendered(source: str, **values: object) -> str:
    """A page from a template that was compiled once."""
    if source not in _compiled:
        _compiled[source] = _environment.from_string(HEAD + source + FOOT)
    return _compiled[source].render(values)


def sql(statement: str, *values: object) -> list[tuple]:
    """Rows of a plain statement on a connection of this thread."""
    if getattr(_local, "connection", None) is None:
        path = Path(current_app.config["DATA"]) / "imrgroups.sqlite"
        _local.connection = sqlite3.connect(path, isolation_level=None, timeout=15)
        _local.connection.execute("PRAGMA synchronous=NORMAL")
    return _local.connection.execute(statement, values).fetchall()


from tests.benchmarks.twins import desk, group, texts  # noqa: E402

__all__ = ["bp", "desk", "group", "texts"]
