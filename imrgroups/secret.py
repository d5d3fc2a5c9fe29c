"""Personal text at rest: columns sealed with AES-GCM, look-ups by keyed hash, and every other key derived from one."""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary
from sqlalchemy.orm import MappedColumn, mapped_column

from imrgroups.config import KNOWN_DEFAULTS

_VERSION = b"\x01"


class WrongKey(Exception):
    """A sealed value cannot be opened: it was changed, moved to another row, or its key is not here."""


class UnsafeKey(Exception):
    """The key in the settings is a known default, or too short to be one."""


@dataclass(frozen=True)
class Key:
    """One master key: `id` is four hex digits, derived from the key, that every sealed value names."""

    id: str
    sealing: AESGCM
    material: bytes


class Ring:
    """The keys in use. The first seals; all of them open, so that a key can be exchanged while the program runs. place: where they lie."""

    def __init__(self, masters: list[bytes], place: str = "IMRGROUPS_KEY") -> None:
        self.place = place
        self.keys = [_key(master) for master in masters]
        self.by_id = {key.id.encode(): key for key in self.keys}
        self._derived: dict[str, bytes] = {}

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose ("session", "audit", "lookup"...), from the oldest key: they outlive an exchange of keys."""
        if purpose not in self._derived:
            self._derived[purpose] = _derive(self.keys[-1].material, purpose)
        return self._derived[purpose]

    def seal(self, text: str, place: str) -> bytes:
        """Seal `text` for one place ("participants.name.<key>"); the same text never looks the same twice."""
        key, nonce = self.keys[0], os.urandom(12)
        data = key.sealing.encrypt(nonce, text.encode(), f"{place}.{key.id}".encode())
        return _VERSION + key.id.encode() + nonce + data

    def open(self, sealed: bytes, place: str) -> str:
        """The text sealed for `place`. Raises WrongKey when it was changed, swapped with another row, or the key is missing."""
        key = self.by_id.get(bytes(sealed[1:5])) if sealed[:1] == _VERSION else None
        if key is None:
            raise WrongKey(self.stranger(place.split(".")[0], bytes(sealed[1:5])))
        try:
            return key.sealing.decrypt(sealed[5:17], sealed[17:], f"{place}.{key.id}".encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise WrongKey(
                f"A sealed text of {place.split('.')[0]} was changed or moved and cannot be read. Bring back the last good backup: "
                "imrgroups restore FILE --replace"
            ) from error

    def stranger(self, table: str, id: bytes) -> str:
        """What to tell and what to do about texts of `table` whose key, named by `id`, is not here."""
        return (
            f"The texts of {table} were sealed with key {id.decode(errors='replace')}, which is not in {self.place}. Put back the key that "
            "belongs to this database: your own copy of the key, for it is in no backup. Of two keys write both, the newer first."
        )

    def lookup(self, text: str) -> str:
        """A keyed hash by which an exact value (a phone number) can be found without being readable."""
        return hmac.new(self.derive("lookup"), text.encode(), hashlib.sha256).hexdigest()[:32]


def _key(master: bytes) -> Key:
    return Key(hashlib.sha256(b"id" + master).hexdigest()[:4], AESGCM(_derive(master, "sealing")), master)


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=b"imrgroups", info=purpose.encode()).derive(master)


def ring_from(given: str, folder: Path, *, make: bool = True) -> Ring:
    """The ring of the keys given (base64, separated by spaces, newest first), else of the key file, which is made at first need.

    make: False where a database is there already, which no new key could open. Raises UnsafeKey for a known default or a key under
    32 bytes, WrongKey for a key file that is gone or empty.
    """
    path = folder / "keys" / "master.key"
    if given:
        return Ring([_decode(word, "IMRGROUPS_KEY") for word in given.split()])
    if not path.exists():
        if not make:
            raise WrongKey(
                f"The key file {path} is gone, and the database beside it cannot be read without it. Put the file back from where you keep "
                "a copy of the key, or set IMRGROUPS_KEY. To begin anew, choose an empty folder with IMRGROUPS_DATA."
            )
        _make(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)  # a copy that was put back may be open to others
    masters = [_decode(word, str(path)) for word in path.read_text(errors="replace").split()]
    if not masters:
        raise UnsafeKey(f"The key file {path} is empty. Put the key back from your copy of it; without it nothing can be read.")
    return Ring(masters, str(path))


def _make(path: Path) -> None:
    """Make the key file, whole or not at all: of two processes that begin at once one is first, and both use its key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{os.getpid()}-{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass  # another process was first; its key is read
    except OSError:  # a disk without hard links
        if not path.exists():
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _decode(word: str, place: str) -> bytes:
    if word.lower() in KNOWN_DEFAULTS:
        raise UnsafeKey(f"{place} is a known default. Leave IMRGROUPS_KEY empty, or set 32 random bytes in base64.")
    try:
        master = base64.b64decode(word, validate=True)
    except ValueError:
        master = b""
    if len(master) < 32 or len(set(master)) < 8:
        what = "Leave it empty and one is made for you." if place == "IMRGROUPS_KEY" else "Put the key back from your copy of it."
        raise UnsafeKey(f"{place} must be 32 random bytes in base64. {what}")
    return master


_ring: list[Ring] = []


def use(ring: Ring) -> None:
    """Make `ring` the one that sealed columns use in this process."""
    _ring[:] = [ring]


def ring() -> Ring:
    """The ring in use. Raises WrongKey before create_app has set one."""
    if not _ring:
        raise WrongKey("no keys are loaded")
    return _ring[0]


def lookup(text: str) -> str:
    """The keyed hash of an exact value, with the ring in use."""
    return ring().lookup(text)


class Sealed:
    """Text of a row, kept sealed in the column `<name>_sealed`; None stays None.

    The row needs its key before the text is set: see db.RandomKey. Use with `sealed_column()`:

        name_sealed: Mapped[bytes | None] = sealed_column()
        name = Sealed()
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.column = name, f"{name}_sealed"

    @overload
    def __get__(self, row: None, owner: type) -> "Sealed": ...
    @overload
    def __get__(self, row: Any, owner: type) -> str: ...
    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        sealed = getattr(row, self.column)
        return None if sealed is None else self.open(owner, row.id, sealed)

    def __set__(self, row: Any, text: str | None) -> None:
        if text is not None:
            place = f"{row.__tablename__}.{self.name}.{row.id}"
            setattr(row, self.column, ring().seal(text, place))
        else:
            setattr(row, self.column, None)

    def open(self, owner: type, key: int, sealed: bytes | None) -> str:
        """The text of a value selected as a column, without loading the row: `Participant.name.open(Participant, id, value)`."""
        return "" if sealed is None else ring().open(sealed, f"{owner.__tablename__}.{self.name}.{key}")  # type: ignore[attr-defined]


def sealed_column() -> MappedColumn[Any]:
    """The column beside a Sealed text."""
    return mapped_column(LargeBinary)
