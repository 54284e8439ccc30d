"""Reads and writes sign-in sessions, refresh tokens and what opens the door to machines. No rules here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from directory.tables import ApiClient, ApiClientSecret, Person, RefreshToken, SignInSession


class SignIns:
    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, person_id: UUID, *, at: datetime, lasts: timedelta) -> SignInSession:
        begun = SignInSession(person_id=person_id, started_at=at, expires_at=at + lasts)
        self._session.add(begun)
        self._session.flush()
        return begun

    def add_token(self, session_id: UUID, token_hash: str, *, expires_at: datetime) -> None:
        self._session.add(RefreshToken(session_id=session_id, token_hash=token_hash, expires_at=expires_at))
        self._session.flush()

    def token(self, token_hash: str) -> tuple[RefreshToken, SignInSession] | None:
        """A refresh token and its session, the session locked: of two who bring one token at once, one comes second."""
        found = self._session.exec(select(RefreshToken).where(RefreshToken.token_hash == token_hash)).one_or_none()
        if found is None:
            return None
        family = self._session.exec(
            select(SignInSession).where(SignInSession.id == found.session_id).with_for_update()
        ).one()
        self._session.refresh(found)
        return found, family

    def end_of(self, person_id: UUID, *, because: str, at: datetime) -> None:
        """End every session of a person."""
        self._end(col(SignInSession.person_id) == person_id, because, at)

    def end_of_provider(self, provider_id: UUID, *, because: str, at: datetime) -> None:
        """End every session of everybody of a provider."""
        people = select(Person.id).where(Person.provider_id == provider_id)
        self._end(col(SignInSession.person_id).in_(people), because, at)

    def end(self, session_id: UUID, *, because: str, at: datetime) -> None:
        self._end(col(SignInSession.id) == session_id, because, at)

    def _end(self, which: ColumnElement[bool], because: str, at: datetime) -> None:
        ended = update(SignInSession).where(which, col(SignInSession.ended_at).is_(None))
        self._session.exec(ended.values(ended_at=at, ended_because=because))

    def ended_since(self, since: datetime) -> Sequence[UUID]:
        return self._session.exec(select(SignInSession.id).where(col(SignInSession.ended_at) >= since)).all()

    def secrets_revoked_since(self, since: datetime) -> Sequence[UUID]:
        return self._session.exec(select(ApiClientSecret.id).where(col(ApiClientSecret.revoked_at) >= since)).all()

    def client(self, name: str) -> tuple[ApiClient, Sequence[ApiClientSecret]] | None:
        found = self._session.exec(select(ApiClient).where(ApiClient.name == name)).one_or_none()
        if found is None:
            return None
        held = self._session.exec(select(ApiClientSecret).where(ApiClientSecret.client_id == found.id)).all()
        return found, held
