"""What the pages of the register say in words: what is closed, what was saved when, who was quicker."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from markupsafe import Markup, escape

from imrgroups.attendance.actions import Clash
from imrgroups.attendance.figures.register import Line, Occasion
from imrgroups.attendance.figures.words import STATE_NAMES
from imrgroups.groups.models import Group, Meeting
from imrgroups.i18n import apart, clock, curriculum, day, gettext, language, short_day
from imrgroups.library import content
from imrgroups.rules.attendance import IN_ROOM, OPENS_BEFORE, why_closed

_KEY = "{key}"  # stands for the person in what is made once a language


def states() -> list[tuple[str, str]]:
    """(stored word, name) of every mark, in the order of the chips, in the page's language."""
    return _states(language())


@lru_cache(maxsize=16)
def _states(_locale: str) -> list[tuple[str, str]]:
    return [(state.value, str(name)) for state, name in STATE_NAMES.items()]


def chips(line: Line, clash: Clash | None = None) -> Markup:
    """The seven states of one person to choose from, as HTML. Made once a language: by the template it was half of the page's time.

    clash: what was wanted stays chosen until one of two is taken, so that saving the page asks again.
    """
    html, chosen = _chips(language()).replace(_KEY, str(line.id)), (clash.wanted if clash else line.state).value
    return Markup(html.replace(f'value="{chosen}"', f'value="{chosen}" checked'))


@lru_cache(maxsize=16)
def _chips(_locale: str) -> str:
    return "\n".join(
        f'<label class="chip chip--{state}"><input type="radio" name="state-{_KEY}" value="{state}"> {escape(name)}</label>'
        for state, name in states()
    )


def refusals() -> dict[str, str]:
    """What to say for each reason a mark or a make-up is refused."""
    return {
        "not_yet": gettext("It is too early to record this. The register opens two hours before the meeting."),
        "cancelled": gettext("This meeting was cancelled, so there is nothing to record."),
        "not_enrolled": gettext("They did not belong to the group on that day. Check the day they joined or left."),
        "not_held": gettext("This meeting is not recorded as held yet. Keep its register first."),
        "written": gettext("Something is written of this meeting already: notes, goals, homework or what was caught up. So it stays held."),
        "was_there": gettext("They were at this meeting, so there is nothing to catch up."),
    }


def no_make_up(group: Group) -> dict[str, str]:
    """What to say for each reason a make-up is refused."""
    began = gettext("Choose a day from %(day)s on, when the group began", day=day(group.starts_on))
    return refusals() | {"not_yet": gettext("Choose a day up to today"), "too_early": began}


def closed(meeting: Meeting | Occasion, now: datetime) -> str:
    """Why nothing can be recorded of a meeting ("not_yet", "cancelled"), or nothing."""
    return why_closed(meeting=meeting.state, starts_at=meeting.starts_at, now=now)


def opens_at(meeting: Meeting | Occasion) -> datetime:
    """When the register of a meeting opens, on the group's clock."""
    return (meeting.starts_at - OPENS_BEFORE).astimezone(ZoneInfo(meeting.group.timezone))


def room_limit() -> int:
    """How many people in the room are still well; more get a friendly warning."""
    return int(content.load().entry["room_limit"])


def notes(line: Line) -> list[str]:
    """What else is known about somebody at this meeting, in a few words each; never what they said."""
    found = [gettext("told us: cannot come")] if line.told_on else []
    found += [gettext("in hospital")] if line.in_hospital else []
    found += [gettext("caught up")] if line.make_up else []
    found += [gettext("joined %(day)s", day=short_day(line.joined_late))] if line.joined_late else []
    return found if line.enrolled else [*found, gettext("not in the group that day")]


def saved_words(saved_at: datetime | None, saved_by: str, zone: str, now: datetime) -> str:
    """When a mark was saved and by whom: "saved 14.31 by Kim", with the day when it was not today."""
    if saved_at is None:
        return gettext("saved")
    local = saved_at.astimezone(ZoneInfo(zone))
    at = clock(local)
    if local.date() != now.astimezone(ZoneInfo(zone)).date():
        at = f"{short_day(local.date())} {at}"
    return gettext("saved %(at)s by %(name)s", at=at, name=apart(saved_by)) if saved_by else gettext("saved %(at)s", at=at)


def clash_words(line: Line, clash: Clash, *, me: int, now: datetime) -> str:
    """What happened when two were at it: who saved what and when, and what was chosen here. me: who is signed in."""
    said = {
        "name": line.first_name, "by": clash.saved_by, "ago": _ago(clash.saved_at, now), "saved": str(STATE_NAMES[clash.saved]).lower(),
        "wanted": str(STATE_NAMES[clash.wanted]).lower(),
    }
    if clash.saved_by_id == me:
        return gettext("You saved “%(saved)s” for %(name)s in another window %(ago)s. Here you chose “%(wanted)s”. Which is right?", **said)
    if clash.saved_by:
        return gettext("%(by)s saved “%(saved)s” for %(name)s %(ago)s. You chose “%(wanted)s”. Which is right?", **said)
    return gettext("“%(saved)s” was saved for %(name)s %(ago)s. You chose “%(wanted)s”. Which is right?", **said)


def _ago(at: datetime | None, now: datetime) -> str:
    if at is None:
        return gettext("before")
    if now - at < timedelta(minutes=1):
        return gettext("just now")
    return format_timedelta(at - now, add_direction=True, locale=language())


def words(meeting: Meeting | Occasion, lines: Sequence[Line], *, me: int, now: datetime) -> dict[str, Any]:
    """What the rows of a register need, whether on the page or alone after a tap. me: who is signed in."""
    zone, here = meeting.group.timezone, sum(line.state in IN_ROOM for line in lines)

    @lru_cache(maxsize=64)  # most of a register is saved at once by one person
    def saved(at: datetime | None, by: str) -> str:
        return saved_words(at, by, zone, now)

    return {
        "meeting": meeting, "group": meeting.group, "chips": chips, "names": STATE_NAMES, "limit": room_limit(),
        "here": here, "asked": "" if here or meeting.starts_at > now else {"planned": "held", "held": "not_held"}.get(meeting.state, ""),
        "notes": notes, "saved": lambda line: saved(line.saved_at, line.saved_by),
        "clash_words": lambda line, clash: clash_words(line, clash, me=me, now=now),
    }


def module_titles(topics: Sequence[str]) -> list[str]:
    """The titles of the modules of these topics ("module/topic"), each once, in the page's language."""
    modules = content.load().modules
    ids = dict.fromkeys(topic.partition("/")[0] for topic in topics)
    return [curriculum(modules[id].title.source) if id in modules else id for id in ids]
