"""What the directory ships with: the house's own API clients, the first signing key, the first administrator."""

from datetime import datetime

from sqlmodel import Session

from assay_contracts.roles import Role, Scope
from assay_kit.settings import Settings
from directory.bootstrap import ensure_clients, ensure_person, ensure_signing_key

_OF_A_SERVICE = (Scope.EVENTS_DELIVER, Scope.COPIES_READ, Scope.EVIDENCE_RELY, Scope.MESSAGES_WRITE)
_CLIENTS = {
    # It numbers everybody's events, and moves everybody's demonstration clock.
    "directory": (Scope.EVENTS_DELIVER, Scope.EVENTS_READ, Scope.CLOCK_ADVANCE),
    "dps-admission": _OF_A_SERVICE,
    "assessment": _OF_A_SERVICE,
    "risk": _OF_A_SERVICE,
}


def put_first_data(session: Session, settings: Settings, *, now: datetime) -> None:
    """Repeatable: clients get the secrets of ASSAY_HOME, an administrator who is there stays as she is."""
    ensure_signing_key(session, settings)
    ensure_clients(
        session, [(name, settings.make_secret(f"client-{name}"), scopes) for name, scopes in _CLIENTS.items()]
    )
    ensure_person(
        session,
        email=settings.administrator_email,
        name="First administrator",
        password=settings.make_secret("administrator-password"),
        roles=[Role.ADMINISTRATOR],
        now=now,
    )
