"""The pages of the room, one file a subject."""

from imrgroups.fidelity.views import across, group, rating, report, reviews, side
from imrgroups.fidelity.views.addresses import bp

__all__ = ["across", "bp", "group", "rating", "report", "reviews", "side"]
