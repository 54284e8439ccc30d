"""The keys that sign access tokens: made when needed, published before they are used, kept until their tokens expired.

The private half is kept in the database, sealed with a secret of ASSAY_HOME, so that every process of the directory
signs with the same key and a copy of the database alone signs nothing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from assay_kit.settings import Settings
from assay_kit.tokens import new_private_key, public_part
from directory.sealing import seal_of
from directory.tables import SigningKey

from .rules import KeyTimes, next_key_signs_from, published_now, signing_now

_ONE_MAKER = 0x4B45_5953  # advisory lock: "KEYS"


class SigningKeys:
    def __init__(self, session: Session, settings: Settings) -> None:
        self._session = session
        self._settings = settings

    def current(self, *, at: datetime) -> Mapping[str, Any]:
        """The private key to sign with at `at` (real time)."""
        keys = self._ensured(at)
        chosen = signing_now([_times(key) for key in keys], at=at)
        if chosen is None:
            raise LookupError("No signing key has begun to sign.")
        return self._unsealed(next(key for key in keys if key.kid == chosen.kid))

    def published(self, *, at: datetime) -> list[dict[str, Any]]:
        """The public keys that verifiers must know at `at`."""
        keys = {key.kid: key for key in self._ensured(at)}
        return [keys[times.kid].public_key for times in published_now([_times(key) for key in keys.values()], at=at)]

    def _ensured(self, at: datetime) -> Sequence[SigningKey]:
        keys = self._all()
        if next_key_signs_from([_times(key) for key in keys], at=at) is None:
            return keys
        self._session.exec(select(func.pg_advisory_xact_lock(_ONE_MAKER)))
        keys = self._all()
        signs_from = next_key_signs_from([_times(key) for key in keys], at=at)
        if signs_from is not None:
            self._make(at, signs_from)
        return self._all()

    def _make(self, at: datetime, signs_from: datetime) -> None:
        private = new_private_key()
        self._session.add(
            SigningKey(
                kid=private["kid"],
                public_key=public_part(private),
                sealed_key=seal_of(self._settings).encrypt(json.dumps(private).encode()).decode(),
                made_at=at,
                signs_from=signs_from,
            )
        )
        self._session.flush()

    def _all(self) -> Sequence[SigningKey]:
        return self._session.exec(select(SigningKey).order_by(col(SigningKey.signs_from))).all()

    def _unsealed(self, key: SigningKey) -> Mapping[str, Any]:
        private: dict[str, Any] = json.loads(seal_of(self._settings).decrypt(key.sealed_key.encode()))
        return private


def _times(key: SigningKey) -> KeyTimes:
    return KeyTimes(kid=key.kid, signs_from=key.signs_from)
