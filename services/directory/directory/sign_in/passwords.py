"""Hashes passwords (Argon2id) and the opaque secrets that this service hands out."""

import hashlib
import secrets
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

# Argon2id with 19 MiB, two passes and one lane: what the OWASP Password Storage Cheat Sheet asks for at least.
_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
# A burst of sign-ins waits for its turn instead of taking the machine's processors and memory.
_AT_ONCE = BoundedSemaphore(2)


def hash_of_password(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(password)


_NOBODY = hash_of_password(secrets.token_urlsafe())


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. It takes as long where there is no person or no password as where it is wrong."""
    with _AT_ONCE:
        try:
            matches = _HASHER.verify(password, password_hash or _NOBODY)
        except UnknownHashError:
            return False
    return matches and password_hash is not None


def new_secret() -> str:
    """256 random bits, as text that fits into a URL."""
    return secrets.token_urlsafe(32)


def hash_of_secret(secret: str) -> str:
    """SHA-256 is enough for 256 random bits; passwords are another matter."""
    return hashlib.sha256(secret.encode()).hexdigest()
