"""What stands in the way of a command or a start, told in one line to the person who can put it right."""

from typing import Any


def words(error: Exception) -> str | None:
    """One line for a trouble that a person at the terminal can put right, saying how; None for anything else."""
    from pydantic import ValidationError
    from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

    from imrgroups import backup, demo, secret
    from imrgroups.cli.door import CannotStart
    from imrgroups.library import content

    ours = CannotStart | secret.UnsafeKey | secret.WrongKey | content.CurriculumError | backup.CannotRestore | demo.CannotBuild
    if isinstance(error, ours):
        return str(error)
    if isinstance(error, ValidationError):
        return " ".join(_setting(each) for each in error.errors(include_url=False))
    if isinstance(error, ArgumentError | NoSuchModuleError):
        return "IMRGROUPS_DATABASE_URL is no address of a database. Write it as postgresql://user:password@host/name, or leave it empty."
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        return f"The database cannot be used: {said}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used ({error.strerror}). The data folder is chosen with IMRGROUPS_DATA."
    return None


def _setting(found: Any) -> str:
    """What is wrong with one setting: its name, what was given unless it is secret, and what it has to be."""
    if not found["loc"]:  # of several settings at once
        return f"{str(found['msg']).removeprefix('Value error, ')}."
    from imrgroups.config import Settings

    field = str(found["loc"][0])
    name, given, told = f"IMRGROUPS_{field.upper()}", found["input"], found.get("ctx", {})
    kind = str(Settings.model_fields[field].annotation)
    shown = "" if "Secret" in kind else f" is {given!r}, but"
    if found["type"] == "literal_error":
        wanted = f"one of these words: {str(told['expected']).replace(' or ', ', ')}"
    elif found["type"].startswith("bool"):
        wanted = "true or false"
    elif found["type"].startswith(("int", "greater", "less")):
        bounds = Settings.model_fields[field].metadata
        least, most = (next((getattr(each, name) for each in bounds if hasattr(each, name)), None) for name in ("ge", "le"))
        wanted = f"a whole number from {least} to {most}" if most is not None else f"a whole number of {least} or more"
    else:
        wanted = f"something else ({found['msg']})"
    return f"{name}{shown} must be {wanted}." if shown else f"{name} must be {wanted}."
