"""Attendance as it is read: the register of a meeting, the grid of a group, and the figures with both denominators.

    lines = figures.register(meeting)                  one a person, in the order of the register
    grid = figures.grid(group_id)                      meetings by people; {% include "attendance/_grid.html" %}
    found = figures.figures(group_id, today, of=grid)  {% include "attendance/_figures.html" %}
    mine = figures.person_figures(person_id, today)    {% include "attendance/_person_figures.html" %}
"""

from imrgroups.attendance.figures import page, sheet
from imrgroups.attendance.figures.course import CAUGHT_UP, LETTERS, Column
from imrgroups.attendance.figures.grid import Grid, Row, cell_key, grid
from imrgroups.attendance.figures.register import Leader, Line, Occasion, leaders, occasion, register, room_labels
from imrgroups.attendance.figures.totals import Figures, Met, MissedMeeting, OwnFigures, figures, missed, person_figures
from imrgroups.attendance.figures.words import KIND_NAMES, STATE_NAMES, definition_name, symbol

__all__ = [
    "CAUGHT_UP", "KIND_NAMES", "LETTERS", "STATE_NAMES", "Column", "Figures", "Grid", "Leader", "Line", "Met", "MissedMeeting",
    "Occasion", "OwnFigures", "Row", "cell_key", "definition_name", "figures", "grid", "leaders", "missed", "occasion", "page",
    "person_figures", "register", "room_labels", "sheet", "symbol",
]
