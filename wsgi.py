"""The application for gunicorn or any other WSGI server: `gunicorn wsgi:app`. Run `imrgroups worker` beside it."""

from imrgroups import create_app

app = create_app()
