"""Messages, replies and calls to make; and the door that the carrier knocks at."""

from flask import Blueprint

bp = Blueprint("outreach", __name__)

from imrgroups.outreach.views import calls, carrier, home, letters, messages, offers, own, supporters, words  # noqa: E402, F401
