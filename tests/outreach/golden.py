"""Every text as it goes out, for the files in golden/.

After a change that is meant: `python -m tests.outreach.golden`, and read what changed.
"""

from datetime import date
from pathlib import Path

from imrgroups.i18n import LOCALES
from imrgroups.outreach.words import STEPS, compose, letter, spoken, steps, variants
from imrgroups.outreach.words.samples import sample
from imrgroups.rules.texting import size

FOLDER = Path(__file__).parent / "golden"
TODAY = date(2027, 1, 12)


def every():
    """(occasion, step, variant) of every text."""
    return [
        (occasion, step, variant) for occasion in STEPS for step in steps(occasion) for variant in range(variants(occasion, step))
    ]


def written(language: str) -> str:
    """The golden file of a language: each text on its own phone and on a shared one, then one call and one letter of each step."""
    facts, quoting, lines = sample(language, TODAY), sample(language, TODAY, quoting=True), []
    for occasion, step, variant in every():
        told = {how: compose(occasion, step, variant, facts, language, shared_phone=bool(how)) for how in ("", "shared")}
        quoted = compose(occasion, step, variant, quoting, language)
        if quoted != told[""]:
            told["quoting"] = quoted
        for how, text in told.items():
            room = size(text)
            lines.append(f"{occasion}/{step}/{variant}{how and ' ' + how} [{room.parts} x {room.alphabet}, {room.units}]\n  {text}")
    for occasion, step, variant in every():
        if not variant:
            lines.append(f"{occasion}/{step} call\n  {spoken(occasion, step, 0, facts, language)}")
            lines.append(f"{occasion}/{step} letter\n  " + letter(occasion, step, 0, facts, language).replace("\n", "\n  "))
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


if __name__ == "__main__":
    import tempfile
    from datetime import UTC, datetime

    import time_machine

    from imrgroups import create_app
    from imrgroups.config import Settings

    with tempfile.TemporaryDirectory() as folder, time_machine.travel(datetime(2027, 1, 12, 9, tzinfo=UTC), tick=False):
        app = create_app(Settings(_env_file=None, data=Path(folder), database_url="", demo=False))
        with app.app_context():
            FOLDER.mkdir(exist_ok=True)
            for code in LOCALES:
                (FOLDER / f"{code}.txt").write_text(written(code), encoding="utf-8")
