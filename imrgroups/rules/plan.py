"""What is taught when: modules over the meetings of a course, topics over the meetings of a module, and re-flow after changes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the programme: its id, the sessions recommended (>= 1) and its topic ids in order (at least one)."""

    id: str
    sessions: int
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """What one meeting takes: a module id and topic ids of it; both empty where everything has been taught already."""

    module: str
    topics: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The topics as "module/topic"."""
        return tuple(f"{self.module}/{topic}" for topic in self.topics)


@dataclass(frozen=True, slots=True)
class Plan:
    """One portion a meeting, in order, and the ids of the modules that do not fit."""

    portions: tuple[Portion, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Progress:
    """One module so far: held meetings it took, how often each topic was taught, and the topic taught last."""

    used: int
    taught: Counter[str]
    last: str


def shares(sessions: Sequence[int], meetings: int) -> tuple[int, ...]:
    """How many of the meetings each module gets, in module order.

    sessions: the sessions recommended for each module (>= 1). When there are enough meetings each module gets one and the rest are
    shared by largest remainder of `sessions`, ties to the earlier module; otherwise the first ones get one each and the last get 0.
    Raises ValueError for negative meetings and for fewer than one session.
    """
    if meetings < 0:
        raise ValueError("meetings must not be negative")
    if any(count < 1 for count in sessions):
        raise ValueError("every module needs one session or more")
    if meetings < len(sessions) or not sessions:
        return tuple(int(place < meetings) for place in range(len(sessions)))
    rest, total = meetings - len(sessions), sum(sessions)
    found = [1 + rest * count // total for count in sessions]
    by_remainder = sorted(range(len(sessions)), key=lambda place: (-(rest * sessions[place] % total), place))
    for place in by_remainder[: meetings - sum(found)]:
        found[place] += 1
    return tuple(found)


def spread(topics: Sequence[str], meetings: int) -> tuple[tuple[str, ...], ...]:
    """The topics each meeting of one module takes, in order; of k topics over m meetings.

    m >= k: meeting i (from 0) takes topic floor(i*k/m), so some topics go on for a second meeting.
    m < k: neighbours share: meeting i takes the topics from floor(i*k/m) up to, not including, floor((i+1)*k/m), which keeps the order,
    gives every meeting at least one topic and never one more than a topic apart.
    Raises ValueError without topics.
    """
    if not topics:
        raise ValueError("a module needs at least one topic")
    k, found = len(topics), []
    for i in range(meetings):
        first = i * k // meetings
        found.append(tuple(topics[first : max(first + 1, (i + 1) * k // meetings) if meetings < k else first + 1]))
    return tuple(found)


def fresh(modules: Sequence[Module], meetings: int) -> Plan:
    """The plan of a course of which nothing has been held.

    modules: in the order they are to be taught. left_out names those that do not fit, in that order.
    Raises ValueError as `shares` and `spread` do, and for a module that is named twice.
    """
    return reflow(modules, (), meetings)


def reflow(modules: Sequence[Module], taught: Iterable[Sequence[str]], open_meetings: int) -> Plan:
    """The plan of the open meetings, after what the held ones took.

    modules: all modules in the order wanted now.
    taught: one sequence for each held meeting, oldest first, of "module/topic" or, where the topic is unknown, "module" (counted as
    the first topic of the module that was not yet taught). A held meeting that taught nothing counts as if it had not been; keys
    of modules that are not in `modules` are left aside.
    open_meetings: planned and not yet held; cancelled ones are not counted.

    Nothing that was not taught is skipped: it moves to the next open meeting. A module that was begun and interrupted goes on first,
    then the others in order. The share of each module stays what `shares` gives for the whole course, as far as what was used allows;
    meetings that are missing or left over are taken from, or given to, the module that has most, or least, for its sessions.
    A module that is over sooner than planned gives its meetings back. While meetings are held as planned the rest of the plan stays
    as it is (only the second meeting of one topic may move).
    left_out: modules, begun or not, with topics that were not taught and no meeting left.
    Raises ValueError as `fresh` does.
    """
    if open_meetings < 0:
        raise ValueError("meetings must not be negative")
    ids = [module.id for module in modules]
    if len(set(ids)) != len(ids):
        raise ValueError("a module is named twice")
    if any(not module.topics for module in modules):
        raise ValueError("a module needs at least one topic")
    held = _read(modules, taught)
    progress = {module.id: _progress(module, held) for module in modules}
    order = _order(modules, progress, held)
    waiting = [module for module in order if _untaught(module, progress[module.id])]
    fitting = waiting[:open_meetings]
    in_hand = _main(held[-1]) if held else ""
    meetings = _meetings(modules, progress, {module.id for module in fitting}, in_hand, open_meetings)
    portions = [
        Portion(module.id, topics)
        for module in order
        for topics in _remaining(module, progress[module.id], meetings[module.id])
    ]
    portions += [Portion("", ())] * (open_meetings - len(portions))
    left = {module.id for module in waiting[open_meetings:]}
    return Plan(tuple(portions), tuple(name for name in ids if name in left))


def _read(modules: Sequence[Module], taught: Iterable[Sequence[str]]) -> list[list[tuple[str, str]]]:
    """The held meetings that taught something of these modules, as (module, topic); topics nobody knows are ''."""
    topics = {module.id: module.topics for module in modules}
    seen: set[tuple[str, str]] = set()
    found = []
    for keys in taught:
        meeting = []
        for key in keys:
            name, _, topic = key.partition("/")
            if name not in topics:
                continue
            if not topic:
                topic = next((one for one in topics[name] if (name, one) not in seen), "")
            pair = (name, topic if topic in topics[name] else "")
            seen.add(pair)
            meeting.append(pair)
        if meeting:
            found.append(meeting)
    return found


def _main(meeting: list[tuple[str, str]]) -> str:
    """The module a held meeting is counted for: the one with most topics in it, the first named where they are equal."""
    return Counter(name for name, _ in meeting).most_common(1)[0][0]


def _progress(module: Module, held: list[list[tuple[str, str]]]) -> _Progress:
    topics = [topic for meeting in held for name, topic in dict.fromkeys(meeting) if name == module.id and topic]
    return _Progress(sum(_main(meeting) == module.id for meeting in held), Counter(topics), topics[-1] if topics else "")


def _untaught(module: Module, so_far: _Progress) -> tuple[str, ...]:
    return tuple(topic for topic in module.topics if not so_far.taught[topic])


def _order(modules: Sequence[Module], progress: dict[str, _Progress], held: list[list[tuple[str, str]]]) -> list[Module]:
    """The modules in order, the one in hand first.

    In hand is the module of the last held meeting, unless that was an excursion from a module that stands before it and is half done.
    """
    if not held:
        return list(modules)
    last = _main(held[-1])
    for module in modules:
        so_far = progress[module.id]
        if module.id == last or ((so_far.used or so_far.taught) and _untaught(module, so_far)):
            return [module, *(other for other in modules if other.id != module.id)]
    return list(modules)


def _meetings(
    modules: Sequence[Module], progress: dict[str, _Progress], must: set[str], in_hand: str, open_meetings: int
) -> dict[str, int]:
    """How many open meetings each module gets; `must` get one or more, the one in hand may go on with its last topic."""
    whole = sum(so_far.used for so_far in progress.values()) + open_meetings
    ideal = dict(zip((module.id for module in modules), shares([module.sessions for module in modules], whole), strict=True))
    least = {module.id: progress[module.id].used + (module.id in must) for module in modules}
    free = [module for module in modules if module.id in must or (module.id == in_hand and not _untaught(module, progress[in_hand]))]
    settled = {module.id: progress[module.id].used for module in modules if module not in free}
    while True:
        total = _balance(free, ideal, least, whole - sum(settled.values()))
        total.update(settled)
        for module in free:
            so_far = progress[module.id]
            if total[module.id] - so_far.used > (more := _more(module, so_far, total[module.id])):
                settled[module.id] = so_far.used + more
                free.remove(module)
                break
        else:
            return {name: count - progress[name].used for name, count in total.items()}


def _balance(free: list[Module], ideal: dict[str, int], least: dict[str, int], meetings: int) -> dict[str, int]:
    """Meetings for each free module, held ones included: the ideal share, moved one by one until they add up.

    Comparing sessions with an odd number of half meetings (the rule of Webster and Sainte-Laguë) gives the same result whether
    a meeting has been held or is still to come; that is why a plan does not change while it is followed.
    """
    found = {module.id: max(ideal[module.id], least[module.id]) for module in free}
    places = {module.id: place for place, module in enumerate(free)}
    sessions = {module.id: module.sessions for module in free}
    while (missing := meetings - sum(found.values())) and found:
        if missing > 0:
            name = max(found, key=lambda one: (Fraction(sessions[one], 2 * found[one] + 1), -places[one]))
            found[name] += 1
        else:
            spare = [one for one in found if found[one] > least[one]]
            name = min(spare, key=lambda one: (Fraction(sessions[one], 2 * found[one] - 1), -places[one]))
            found[name] -= 1
    return found


def _more(module: Module, so_far: _Progress, total: int) -> int:
    """How many more meetings a module of `total` meetings needs: those for topics not taught, and those for which the last one goes on."""
    planned = spread(module.topics, total)
    untaught = set(_untaught(module, so_far))
    again = sum(so_far.last in topics for topics in planned) - so_far.taught[so_far.last]
    return sum(not untaught.isdisjoint(topics) for topics in planned) + max(0, again)


def _remaining(module: Module, so_far: _Progress, meetings: int) -> tuple[tuple[str, ...], ...]:
    """The topics of the open meetings of one module: the end of its plan if that fits what was taught, else what is left shared anew."""
    untaught = _untaught(module, so_far)
    planned = spread(module.topics, so_far.used + meetings)
    tail = planned[so_far.used :]
    coming = {topic for topics in tail for topic in topics}
    goes_on = so_far.last in coming and sum(so_far.last in topics for topics in planned) > so_far.taught[so_far.last]
    if coming - {so_far.last} == set(untaught) - {so_far.last} and goes_on == (so_far.last in coming):
        return tail
    return spread(untaught, meetings) if untaught else ((so_far.last,),) * meetings
