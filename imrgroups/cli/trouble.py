"""What stands in the way of a command or a start, told in one line to the person who can put it right."""

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
        return "; ".join(f"IMRGROUPS_{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors())
    if isinstance(error, ArgumentError | NoSuchModuleError):
        return "IMRGROUPS_DATABASE_URL is no address of a database. Write it as postgresql://user:password@host/name, or leave it empty."
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        return f"The database cannot be used: {said}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used ({error.strerror}). The data folder is chosen with IMRGROUPS_DATA."
    return None
