"""Who sees restricted information: compliance officers, commissioning managers, and an auditor while a grant lasts.

Each use of a grant is written down before anything is answered.
"""

from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session, col, select

from assay_contracts.roles import Role
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from risk.tables import RestrictedGrant, RestrictedReading

_SEE_IN_FULL = (Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER)


def sees_in_full(request: Request, session: SessionDep, by: Annotated[Principal, allow()], now: Now) -> bool:
    if by.has(*_SEE_IN_FULL):
        return True
    if not by.has(Role.AUDITOR):
        return False
    grant = _grant_of(session, by.subject, now=now)
    if grant is None:
        return False
    session.add(RestrictedReading(grant_id=grant.id, what=_asked(request), read_at=now))
    return True


def _asked(request: Request) -> str:
    """What was asked for, filters included: they say whose intelligence was read."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _grant_of(session: Session, subject: str, *, now: Now) -> RestrictedGrant | None:
    wanted = select(RestrictedGrant).where(
        RestrictedGrant.subject == subject, RestrictedGrant.granted_at <= now, RestrictedGrant.ends_at > now
    )
    return session.exec(wanted.order_by(col(RestrictedGrant.ends_at).desc()).limit(1)).first()


InFull = Annotated[bool, Depends(sees_in_full)]
