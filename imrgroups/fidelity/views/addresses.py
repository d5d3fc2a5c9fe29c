"""The addresses of the room; every file of views adds its own."""

from flask import Blueprint

bp = Blueprint("fidelity", __name__)
