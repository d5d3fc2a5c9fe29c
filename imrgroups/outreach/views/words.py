"""What people get: every text, with the room it takes."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import abort, render_template, request

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.i18n import LOCALES, direction, language
from imrgroups.outreach.actions.returning import brought_back
from imrgroups.outreach.views import bp
from imrgroups.outreach.views.messages import OCCASIONS
from imrgroups.outreach.words import STEPS, compose, letter, spoken, steps, variants
from imrgroups.outreach.words.names import step_name
from imrgroups.outreach.words.samples import sample
from imrgroups.rules.texting import Size, size


@dataclass(frozen=True, slots=True)
class Line:
    """One text and the room it takes."""

    text: str
    room: Size


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its texts, those for a shared phone, with somebody's own words, and the same as call and letter.

    back: how many of how many came again within two meetings, None where nobody can say.
    """

    name: str
    texts: list[Line]
    shared: list[Line]
    quoting: list[Line]
    call: str
    letter: str
    back: tuple[int, int] | None


@bp.get("/messages/words")
@policy("message.list")
def words() -> str:
    """Every text of one occasion in one language, filled with made-up people and times."""
    occasion, chosen = request.args.get("occasion", "missed"), request.args.get("language", language())
    if occasion not in STEPS or chosen not in LOCALES:
        abort(404)
    ties = auth.me()
    assert ties is not None
    back = brought_back(ties.groups, ties.centres("coordinator")) if occasion == "missed" else {}
    shown = [_step(occasion, step, chosen, back.get(step)) for step in steps(occasion)]
    return render_template(
        "outreach/words.html", steps=shown, occasion=occasion, chosen=chosen,
        occasions=OCCASIONS, text_direction=direction(chosen),
    )


def _step(occasion: str, step: str, chosen: str, back: tuple[int, int] | None) -> Step:
    today = config.now().date()
    plain, own = sample(chosen, today), sample(chosen, today, quoting=True)
    numbers = range(variants(occasion, step))
    texts = [compose(occasion, step, number, plain, chosen) for number in numbers]
    shared = [compose(occasion, step, number, plain, chosen, shared_phone=True) for number in numbers]
    quoting = [compose(occasion, step, number, own, chosen) for number in numbers]
    return Step(
        step_name(occasion, step), _lines(texts), _lines(text for text in shared if text not in texts),
        _lines(text for text in quoting if text not in texts), spoken(occasion, step, 0, plain, chosen),
        letter(occasion, step, 0, plain, chosen), back,
    )


def _lines(texts: Iterable[str]) -> list[Line]:
    return [Line(text, size(text)) for text in dict.fromkeys(texts)]
