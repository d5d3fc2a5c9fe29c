"""The pages of the room, one file a subject."""

from imrgroups.fidelity.views import across, binder, day, gaps, group, rating, report, reviews, side
from imrgroups.fidelity.views.addresses import bp

__all__ = ["across", "binder", "bp", "day", "gaps", "group", "rating", "report", "reviews", "side"]
