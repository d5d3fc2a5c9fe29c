"""The pages of the room, one file a subject."""

from imrgroups.fidelity.views import across, day, group, rating, report, reviews, side
from imrgroups.fidelity.views.addresses import bp

__all__ = ["across", "bp", "day", "group", "rating", "report", "reviews", "side"]
