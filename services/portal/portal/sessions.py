"""Browser sessions: begun at sign-in, renewed one at a time, ended at sign-out. Real time, never the business clock."""

import base64
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from portal.tables import BrowserSession

LONGEST = timedelta(hours=12)
# A token is renewed when it has less than this to live, so that it outlasts the page that it is for.
MARGIN = timedelta(seconds=45)

_rows = BrowserSession.__table__  # type: ignore[attr-defined] # SQLModel adds it when the class is made


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What the directory gives at sign-in and at each renewal."""

    access: str
    refresh: str
    expires_at: datetime


Renew = Callable[[str], Awaitable[Tokens | None]]
"""Exchange a refresh token; None when the directory refuses it."""


class BrowserSessions:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def begin(self, tokens: Tokens, *, subject: str, now: datetime) -> str:
        """Remember a sign-in and return the cookie that opens it."""
        cookie = secrets.token_urlsafe(32)
        async with self._engine.begin() as connection:
            await connection.execute(delete(_rows).where(_rows.c.ends_at < now))
            await connection.execute(
                _rows.insert().values(
                    id=_key(cookie),
                    subject=subject,
                    sealed=_seal(cookie, tokens),
                    begun_at=now,
                    expires_at=tokens.expires_at,
                    ends_at=now + LONGEST,
                )
            )
        return cookie

    async def token(self, cookie: str, *, renew: Renew, now: datetime) -> str | None:
        """An access token that is good now; None when the session has ended."""
        async with self._engine.connect() as connection:
            held = await _open(connection, cookie, now=now)
        if held is None or held.expires_at > now + MARGIN:
            return held.access if held else None
        return await self._renewed(cookie, renew=renew, now=now)

    async def end(self, cookie: str) -> str | None:
        """Forget the session; returns its refresh token, for the directory to revoke."""
        statement = delete(_rows).where(_rows.c.id == _key(cookie)).returning(_rows.c.sealed, _rows.c.expires_at)
        async with self._engine.begin() as connection:
            row = (await connection.execute(statement)).one_or_none()
        held = _unseal(cookie, row.sealed, row.expires_at) if row else None
        return held.refresh if held else None

    async def _renewed(self, cookie: str, *, renew: Renew, now: datetime) -> str | None:
        # Two tabs that refresh at once would trip the directory's reuse detection: the row's lock makes the second
        # wait, and then find the first one's token.
        async with self._engine.begin() as connection:
            held = await _open(connection, cookie, now=now, for_update=True)
            if held is None or held.expires_at > now + MARGIN:
                return held.access if held else None
            renewed = await renew(held.refresh)
            if renewed is None:
                await connection.execute(delete(_rows).where(_rows.c.id == _key(cookie)))
                return None
            await connection.execute(
                update(_rows)
                .where(_rows.c.id == _key(cookie))
                .values(sealed=_seal(cookie, renewed), expires_at=renewed.expires_at)
            )
            return renewed.access


async def _open(connection: AsyncConnection, cookie: str, *, now: datetime, for_update: bool = False) -> Tokens | None:
    statement = select(_rows.c.sealed, _rows.c.expires_at).where(_rows.c.id == _key(cookie), _rows.c.ends_at > now)
    row = (await connection.execute(statement.with_for_update() if for_update else statement)).one_or_none()
    return _unseal(cookie, row.sealed, row.expires_at) if row else None


def _key(cookie: str) -> str:
    return hashlib.blake2b(cookie.encode(), digest_size=32, person=b"assay-session").hexdigest()


def _box(cookie: str) -> Fernet:
    key = hashlib.blake2b(cookie.encode(), digest_size=32, person=b"assay-seal").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _seal(cookie: str, tokens: Tokens) -> str:
    return _box(cookie).encrypt(json.dumps([tokens.access, tokens.refresh]).encode()).decode()


def _unseal(cookie: str, sealed: str, expires_at: datetime) -> Tokens | None:
    try:
        access, refresh = json.loads(_box(cookie).decrypt(sealed.encode()))
    except InvalidToken:
        return None
    return Tokens(access=access, refresh=refresh, expires_at=expires_at)


def real_now() -> datetime:
    return datetime.now(UTC)
