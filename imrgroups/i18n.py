"""Languages: which one a page speaks, how it writes days and times, and the catalogues compiled for it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from flask import Flask, current_app, g, has_request_context, request, session, url_for
from flask_babel import Babel, Domain, force_locale, get_domain, get_locale, lazy_gettext, pgettext
from markupsafe import Markup

from imrgroups import config
from imrgroups.rules import bidi

__all__ = ["gettext", "lazy_gettext", "ngettext", "pgettext", "get_locale", "force_locale"]

LOCALES = ("en", "da", "sv", "he")
RIGHT_TO_LEFT = frozenset({"he", "ar", "fa", "ur", "ps", "ckb", "yi"})
FAR_DAYS = 300
_curriculum = Domain(domain="curriculum")
_DAY = {"en": "EEEE d MMMM", "da": "EEEE 'den' d. MMMM", "sv": "EEEE 'den' d MMMM", "he": "EEEE, d בMMMM"}
_SHORT = {"en": "EEE d MMM", "da": "EEE 'd.' d. MMM", "sv": "EEE d MMM", "he": "EEE d בMMM"}


def init_app(app: Flask) -> None:
    """Compile the catalogues into the data folder and choose the language of each request."""
    folder = Path(app.config["DATA"]) / "locale"
    compile_catalogues(Path(app.config["TRANSLATIONS"]), folder)
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(folder))
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    Babel(app, locale_selector=_choose)
    app.before_request(_remember)
    app.context_processor(lambda: {**_spoken(), "locale": language(), "direction": direction()})
    app.jinja_env.globals |= {
        "day": day, "full_day": full_day, "short_day": short_day, "clock": clock, "when": when, "day_at": day_at, "percent": percent,
        "number": number, "languages": languages(), "language_link": language_link, "curriculum": curriculum, "own_name": own_name,
        "dial": dial,
    }
    app.jinja_env.filters["apart"] = apart


def gettext(text: str, **values: object) -> str:
    """A text in the language of the page, with its values in their places."""
    said = _catalogue().gettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The one of two texts that fits a number, in the language of the page; `%(num)s` in it is the number."""
    return _catalogue().ngettext(one, many, num) % {"num": num, **values}


def _catalogue() -> NullTranslations:
    """The texts of the page's language; asked for once a request, because every word on a page comes by here."""
    try:
        return g.catalogue_now
    except (AttributeError, RuntimeError):  # the first word, or no application at hand
        found = get_domain().get_translations()
    if has_request_context():
        g.catalogue_now = found
    return found


def _spoken() -> dict[str, Callable[..., Markup]]:
    return _words(_catalogue())


@lru_cache(maxsize=32)
def _words(catalogue: NullTranslations) -> dict[str, Callable[..., Markup]]:
    """What templates say `_` and `ngettext` with: bound to one catalogue, because looking it up for each word costs more than the page."""

    @lru_cache(maxsize=2048)
    def plain(text: str) -> Markup:
        return Markup(catalogue.gettext(text)) % {}

    def gettext(text: str, **values: object) -> Markup:
        return Markup(catalogue.gettext(text)) % _set_apart(values) if values else plain(text)

    def ngettext(one: str, many: str, num: int, **values: object) -> Markup:
        return Markup(catalogue.ngettext(one, many, num)) % {"num": num, **_set_apart(values)}

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def apart(text: str) -> str:
    """A name or somebody's words kept in their own order, for titles, options and attributes; elsewhere <bdi>. `_` does it by itself."""
    return bidi.apart(text, rtl=direction() == "rtl") if type(text) is str else text  # Markup is a sentence of ours


def _set_apart(values: dict[str, object]) -> dict[str, object]:
    return {name: apart(value) if type(value) is str else value for name, value in values.items()}


def compile_catalogues(source: Path, target: Path) -> list[Path]:
    """Compile every .po under `source` whose .mo in `target` is missing or not of that time; returns the .mo files written.

    A .mo carries the time of its .po. "Newer" would not do: the copies in a restored data folder are, and may be of another version.

    Raises ValueError naming file and line when a catalogue cannot be read.
    """
    written = []
    for po in sorted(source.glob("*/LC_MESSAGES/*.po")):
        mo = target / po.relative_to(source).with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns == po.stat().st_mtime_ns:
            continue
        mo.parent.mkdir(parents=True, exist_ok=True)
        try:
            with po.open("rb") as file:
                catalogue = read_po(file, locale=po.parts[-3], abort_invalid=True)
        except PoFileError as error:
            raise ValueError(f"{po}, line {error.lineno}: {error}") from error
        part = mo.with_suffix(".part")
        with part.open("wb") as file:
            write_mo(file, catalogue)
        os.utime(part, ns=(po.stat().st_atime_ns, po.stat().st_mtime_ns))
        part.replace(mo)
        written.append(mo)
    return written


def _choose() -> str:
    if not has_request_context():
        return "en"
    for asked in (request.args.get("lang"), session.get("lang")):
        if asked in LOCALES:
            return str(asked)
    for person in (g.get("ties"), g.get("own")):
        if person is not None and person.language in LOCALES:
            return str(person.language)
    fallback = current_app.config["SETTINGS"].language
    return request.accept_languages.best_match(LOCALES) or (fallback if fallback in LOCALES else "en")


def _remember() -> None:
    asked = request.args.get("lang")
    if asked in LOCALES and session.get("lang") != asked:
        session["lang"] = asked


def language() -> str:
    """The language of the page being made: "en", "da"... Asked once a request, because every date and figure on a page asks."""
    try:
        return g.language_now
    except (AttributeError, RuntimeError):  # asked for the first time, or no application at hand
        code = str(get_locale() or "en")
    if has_request_context():
        g.language_now = code
    return code


def direction(code: str = "") -> str:
    """"rtl" or "ltr", for the page being made or for a language by code."""
    return "rtl" if (code or language()).split("_")[0] in RIGHT_TO_LEFT else "ltr"


def languages() -> list[tuple[str, str]]:
    """The languages of the screens as (code, the language's own name)."""
    return [(code, own_name(code)) for code in LOCALES]


def curriculum(source: str, code: str = "") -> str:
    """A text of the curriculum in the language of the page, or in another by code; English where it is not translated yet."""
    if not code:
        return _texts().gettext(source) if source else ""
    with in_language(code):
        return _texts().gettext(source) if source else ""


def _texts() -> NullTranslations:
    """The texts of the curriculum in the page's language; asked for once a request, as those of the screens."""
    try:
        return g.texts_now
    except (AttributeError, RuntimeError):
        found = _curriculum.get_translations()
    if has_request_context():
        g.texts_now = found
    return found


def language_link(code: str) -> str:
    """The address of this same page in another language; built from the path, so that nothing typed in the address can bend it."""
    if request.endpoint is None:
        return url_for("staff.welcome", lang=code)
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    query = urlencode([*asked, ("lang", code)]) if asked else f"lang={code}"
    return f"{quote(request.root_path + request.path)}?{query}"


@lru_cache(maxsize=256)
def own_name(code: str) -> str:
    """What a language calls itself: "da" -> "dansk"; the code itself where Babel does not know it."""
    try:
        return Locale.parse(code, sep="-" if "-" in code else "_").get_display_name() or code
    except (ValueError, UnknownLocaleError):
        return code


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Speak the recipient's language inside; needs an application context, else it would silently change nothing."""
    before = {name: g.pop(name, None) for name in ("language_now", "catalogue_now", "texts_now")}
    try:
        with force_locale(code if code in LOCALES else "en"):
            yield
    finally:
        for name, value in before.items():
            g.pop(name, None)
            if value is not None:
                setattr(g, name, value)


def day(value: date | None) -> str:
    """A date with its weekday, never in figures alone: "tirsdag den 5. januar"; with its year when it is far off."""
    return _day(value, language(), False, _far(value)) if value else ""


def full_day(value: date | None) -> str:
    """A date with its weekday and always its year, for papers that are kept."""
    return _day(value, language(), False, True) if value else ""


def short_day(value: date | None) -> str:
    """A date for narrow places, still with its weekday: "Tue 5 Jan"; with its year when it is far off."""
    return _day(value, language(), True, _far(value)) if value else ""


def _far(value: date) -> bool:
    return abs((config.now().date() - value).days) > FAR_DAYS


@lru_cache(maxsize=4096)
def _day(value: date, code: str, short: bool, with_year: bool) -> str:
    pattern = (_SHORT if short else _DAY).get(code, "EEEE d MMMM")
    written = format_date(value, f"{pattern} y" if with_year else pattern, locale=code)
    return written.rstrip(".") if short else written  # "nov." at the end of a sentence would get two stops


def clock(value: time | datetime | None) -> str:
    """A time of day as people write it: "14.30" in Danish, "14:30" in Hebrew."""
    return "" if value is None else value.strftime("%H:%M" if language() == "he" else "%H.%M")


def when(value: datetime | None, zone: str) -> str:
    """An instant as day and time in a zone: "Tuesday 5 January at 14.30"."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    return day_at(local.date(), local)


def day_at(on: date, at: time | datetime) -> str:
    """A day and a time of day as people say them: "tirsdag den 5. januar kl. 14.30"."""
    gettext = _spoken()["gettext"]
    return gettext("%(day)s at %(time)s", day=day(on), time=clock(at))


def weekday(value: date) -> str:
    """The name of the weekday of a date."""
    return get_day_names("wide", locale=language())[value.weekday()]


def percent(part: int, whole: int) -> str:
    """A share with its denominator, as "7 of 9 (78 %)"; "0 of 0" has no percentage, and 100 % is only said of all, 0 % only of none."""
    counted = _part_of_whole(_catalogue()) % {"part": part, "whole": whole}
    if not whole:
        return counted
    rounded = round(100 * part / whole)
    return f"{counted} ({min(max(rounded, 1), 99) if 0 < part < whole else rounded} %)"


@lru_cache(maxsize=32)
def _part_of_whole(catalogue: NullTranslations) -> str:
    return catalogue.gettext("%(part)s of %(whole)s")


@lru_cache(maxsize=256)
def dial(number: str | None) -> str:
    """A stored phone number (E.164) in groups that are easy to dial: "+45 20 12 34 56"; what is no number stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number or ""), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number or ""


def number(value: float, places: int = 0) -> str:
    """A number with the decimal mark of the language."""
    return format_decimal(value, format="0" + ("." + "0" * places if places else ""), locale=language())
