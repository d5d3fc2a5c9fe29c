"""What marks and make-ups are called on screens and paper."""

from imrgroups.i18n import gettext, lazy_gettext, ngettext, pgettext
from imrgroups.rules.attendance import MakeUpKind, MarkState
from imrgroups.rules.exposure import Definition

STATE_NAMES = {
    MarkState.PRESENT: lazy_gettext("Present"),
    MarkState.LATE: lazy_gettext("Late"),
    MarkState.LEFT_EARLY: lazy_gettext("Left early"),
    MarkState.EXCUSED: lazy_gettext("Excused"),
    MarkState.ABSENT: lazy_gettext("Absent"),
    MarkState.HOSPITAL: lazy_gettext("In hospital"),
    MarkState.NOT_RECORDED: lazy_gettext("Not recorded"),
}
KIND_NAMES = {
    MakeUpKind.WARD: lazy_gettext("On the ward"),
    MakeUpKind.ONE_TO_ONE: lazy_gettext("One to one"),
    MakeUpKind.OTHER_GROUP: lazy_gettext("In another group"),
}


def definition_name(definition: Definition, minimum: int) -> str:
    """One of the published definitions of exposure in plain words. minimum: the meetings that count as enough (programme.toml)."""
    return {
        Definition.MINIMUM: ngettext("At least %(num)s meeting", "At least %(num)s meetings", minimum),
        Definition.TWENTY: ngettext("At least %(num)s meeting", "At least %(num)s meetings", 20),
        Definition.HALF: gettext("At least half of the meetings"),
        Definition.OVER_70: gettext("More than 70 percent of the meetings"),
        Definition.ALL_MODULES: gettext("Something of every module"),
    }[definition]


def symbol(state: MarkState) -> str:
    """The one or two letters of a mark in the grid, in the page's language."""
    return {
        MarkState.PRESENT: pgettext("sign in the grid", "P"),
        MarkState.LATE: pgettext("sign in the grid", "L"),
        MarkState.LEFT_EARLY: pgettext("sign in the grid", "E"),
        MarkState.EXCUSED: pgettext("sign in the grid", "X"),
        MarkState.ABSENT: pgettext("sign in the grid", "A"),
        MarkState.HOSPITAL: pgettext("sign in the grid", "H"),
        MarkState.NOT_RECORDED: "·",
    }[state]
