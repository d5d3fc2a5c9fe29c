"""Messages, replies and calls to make."""

from flask import Blueprint

bp = Blueprint("outreach", __name__)
