"""The door of the web: its socket is taken before anything heavy is loaded, so that whoever knocks early waits instead of being refused."""

import os
import socket

from imrgroups import config


class CannotStart(Exception):
    """Why the program cannot start, in a line for the person at the terminal."""


def listen(settings: config.Settings) -> socket.socket:
    """The socket the web answers on, taken before anything else is done. Raises CannotStart when somebody else has it."""
    taken = None
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind)
        if os.name != "nt":  # on Windows this would share a busy port instead of refusing it
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(1024)
    except (OSError, OverflowError) as error:
        if taken is not None:
            taken.close()
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CannotStart(
            f"Port {settings.port} on {settings.host} cannot be used ({reason}). Is imrgroups running already? "
            f"Choose another port: IMRGROUPS_PORT={settings.port + 1 if settings.port < 65535 else 8000}"
        ) from error
    return taken


def address(settings: config.Settings) -> str:
    """Where people open the program."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return settings.public_url or f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def untouched(settings: config.Settings) -> bool:
    """Whether there is no database yet, or an empty one. Makes no file; of a database that does not answer nothing is said."""
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.exc import DatabaseError

    if settings.begun is False:
        return True
    engine = create_engine(settings.database)
    try:
        return not inspect(engine).has_table("alembic_version")
    except DatabaseError:
        return False
    finally:
        engine.dispose()
