"""Across finished reviews: mean, standard deviation and N of each item, and of each kind of review, as published tables print them."""

from dataclasses import dataclass

from flask import Response, render_template, request

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.fidelity import evidence
from imrgroups.fidelity.evidence import across as reads
from imrgroups.fidelity.evidence.across import Finished
from imrgroups.fidelity.models.reviews import KINDS
from imrgroups.fidelity.views import charts, spreadsheet
from imrgroups.fidelity.views.addresses import bp
from imrgroups.i18n import curriculum, gettext, number
from imrgroups.rules.fidelity import agreement
from imrgroups.rules.fidelity.agreement import Across, printed
from imrgroups.staff import actions as staff


@dataclass(frozen=True)
class Asked:
    """What the reader chose; empty means all. centres: one's centres by key."""

    centres: dict[int, str]
    centre: str
    kind: str
    year: str
    version: str
    state: str

    def fits(self, review: Finished) -> bool:
        """Whether a review is among those chosen."""
        return (
            self.centre in ("", str(review.centre_id)) and self.kind in ("", review.kind)
            and self.year in ("", str(review.due_on.year)) and self.version in ("", review.version)
            and self.state in ("", "running" if review.running else "ended")
        )

    @property
    def query(self) -> dict[str, str]:
        """The choice as it stands in the address."""
        return {"centre": self.centre, "kind": self.kind, "year": self.year, "version": self.version, "state": self.state}


@bp.get("/reviews/across")
@policy("overview.see")
def across() -> str:
    """The table across one's reviews, with filters, and its chart."""
    asked, everything, chosen, found = _asked()
    return render_template(
        "fidelity/across.html", asked=asked, chosen=chosen, found=found, scale=evidence.scale(), one=_one, two=_two,
        years=sorted({review.due_on.year for review in everything}), versions=sorted({review.version for review in everything}),
        kinds={kind: evidence.scale().review(kind).name for kind in KINDS},
    )


@bp.get("/reviews/across.svg")
@policy("overview.see")
def across_chart() -> Response:
    """The mean of each item, as bars."""
    _asked_for, _everything, _chosen, found = _asked()
    means = [float(spread.mean) if spread.mean is not None else None for spread in found.items.values()]
    return charts.bars([str(item) for item in found.items], {gettext("Mean"): means})


@bp.get("/reviews/means.svg")
@policy("overview.see")
def across_means() -> Response:
    """The mean of the reviews of each kind, as bars."""
    _asked_for, _everything, _chosen, found = _asked()
    scale = evidence.scale()
    means = [float(spread.mean) if spread.mean is not None else None for spread in found.kinds.values()]
    return charts.bars([curriculum(scale.review(kind).name) for kind in found.kinds], {gettext("Mean"): means})


@bp.get("/reviews/across.csv")
@policy("overview.see")
def across_sheet() -> Response:
    """The table, then each review with its scores; with the versions of the scale and the day of the data."""
    _asked_for, _everything, chosen, found = _asked()
    scale, today = evidence.scale(), config.now().date().isoformat()
    versions = " ".join(sorted({review.version for review in chosen}))
    head = ["what", "name", "mean", "sd", "n", "instrument", "version", "date"]
    lines: list[list[object]] = [
        [f"item {item}", curriculum(scale.item(item).name), _two(spread.mean), _two(spread.sd), spread.n, scale.id, versions, today]
        for item, spread in found.items.items()
    ]
    lines += [
        [kind, curriculum(scale.review(kind).name), _two(spread.mean), _two(spread.sd), spread.n, scale.id, versions, today]
        for kind, spread in found.kinds.items()
    ]
    lines.append([])
    lines.append(["centre", "group", "kind", "due", "version", *(f"item_{item}" for item in found.items)])
    lines += [
        [each.centre, each.group, each.kind, each.due_on.isoformat(), each.version, *(each.scores.get(item) for item in found.items)]
        for each in chosen
    ]
    return spreadsheet.answer(f"fidelity-reviews-{today}", head, lines)


def _asked() -> tuple[Asked, list[Finished], list[Finished], Across]:
    """The choice, every review one may see, those chosen, and their table."""
    ties = auth.me()
    centres = {centre.id: centre.name for centre in staff.centres(ties.centres("coordinator") if ties else ())}
    asked = Asked(centres, *(request.args.get(name, "")[:40] for name in ("centre", "kind", "year", "version", "state")))
    everything = reads.finished(centres)
    chosen = [review for review in everything if asked.fits(review)]
    items = [item.number for item in evidence.scale().items]
    return asked, everything, chosen, agreement.across([review.reviewed for review in chosen], items, KINDS)


def _one(value: object) -> str:
    return "-" if value is None else number(float(printed(value, 1) or 0), 1)  # type: ignore[arg-type]


def _two(value: object) -> str:
    return "" if value is None else number(float(printed(value, 2) or 0), 2)  # type: ignore[arg-type]
