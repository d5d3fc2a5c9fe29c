"""Charts as SVG without a script. The page that shows one always prints the same numbers in a table beside it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

SCRIPT = re.compile(rb"<script.*?</script>", re.DOTALL)
INK, BRAND, PALE = "#212b32", "#1c5560", "#a9c9cd"
Values = Sequence[float | None]


def bars(labels: Sequence[str], series: Mapping[str, Values]) -> Response:
    """Upright bars from 0 to 5: one for each label in each series."""
    import pygal

    return _answer(pygal.Bar(**_look(height=340, series=len(series))), labels, series)


def lines(labels: Sequence[str], series: Mapping[str, Values]) -> Response:
    """Lines over time from 1 to 5, with their points; what is None is left out."""
    import pygal

    return _answer(pygal.Line(**_look(height=340, series=len(series)), dots_size=5), labels, series)


def _look(*, height: int, series: int) -> dict[str, Any]:
    from pygal.style import Style

    style = Style(
        background="#ffffff", plot_background="#ffffff", foreground=INK, foreground_strong=INK, foreground_subtle="#768692",
        colors=(PALE, BRAND) if series == 2 else (BRAND,), font_family="Noto Sans, Arial, sans-serif", label_font_size=18,
        major_label_font_size=18, legend_font_size=18, opacity="1", opacity_hover="1", transition="0s", stroke_width=3,
    )
    return {
        "style": style, "js": (), "width": 900, "height": height, "explicit_size": False, "show_legend": series > 1,
        "legend_at_bottom": True, "legend_at_bottom_columns": series, "range": (0, 5), "y_labels": [0, 1, 2, 3, 4, 5],
        "pretty_print": False, "include_x_axis": True, "margin": 10, "margin_right": 40, "disable_xml_declaration": False,
    }


def _answer(chart: Any, labels: Sequence[str], series: Mapping[str, Values]) -> Response:
    chart.x_labels = list(labels)
    for name, values in series.items():
        chart.add(name, list(values))
    return Response(SCRIPT.sub(b"", chart.render()), mimetype="image/svg+xml", headers={"Cache-Control": "private, no-store"})
