"""What routes may ask for, by name: who is asking, the two kinds of time, sessions that are held only for a moment."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from assay_contracts.roles import COUNCIL_ROLES, PROVIDER_ROLES, Role, Scope
from assay_kit.clock import real_now
from assay_kit.database import admit_request
from assay_kit.identity import Principal, allow
from assay_kit.settings import Settings

T = TypeVar("T")

Reader = Annotated[Principal, allow(*COUNCIL_ROLES, *PROVIDER_ROLES, Scope.DIRECTORY_READ)]
"""Everybody who signs in, and machines that read the directory; a provider sees only its own organisation."""
Staff = Annotated[Principal, allow(*COUNCIL_ROLES)]
Recorder = Annotated[Principal, allow(Role.COMMISSIONER, Role.COMPLIANCE_OFFICER)]
ProviderOrRecorder = Annotated[Principal, allow(Role.PROVIDER_ADMIN, Role.COMMISSIONER, Role.COMPLIANCE_OFFICER)]
Administrator = Annotated[Principal, allow(Role.ADMINISTRATOR)]
Inviter = Annotated[Principal, allow(Role.PROVIDER_ADMIN, Role.ADMINISTRATOR)]
Someone = Annotated[Principal, allow(*COUNCIL_ROLES, *PROVIDER_ROLES)]

# Real time: tokens, sessions, secrets and links never follow the business clock.
RealNow = Annotated[datetime, Depends(real_now)]


async def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]


class ShortSessions:
    """Transactions for routes that wait or stream: each holds a connection for the moment it needs one, not longer."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def run(self, work: Callable[[Session], T]) -> T:
        """Do `work` in a transaction of its own, in a thread, admitted like any request."""
        async with self._admitted():
            return await run_in_threadpool(self._transaction, work)

    def _transaction(self, work: Callable[[Session], T]) -> T:
        state = self._request.app.state
        with Session(state.engine, info={"service": state.service}) as session, session.begin():
            return work(session)

    def _admitted(self) -> AbstractAsyncContextManager[None]:
        return _admitted(self._request)


@asynccontextmanager
async def _admitted(request: Request) -> AsyncIterator[None]:
    async for _ in admit_request(request):
        yield


async def get_short_sessions(request: Request) -> ShortSessions:
    return ShortSessions(request)


ShortSessionsDep = Annotated[ShortSessions, Depends(get_short_sessions)]
