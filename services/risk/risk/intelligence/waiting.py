"""What a machine sent and nobody has placed yet: officers hear of it at once, and every morning until it is placed."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.events import tell
from risk.indicators.reading import spoken
from risk.intelligence.rules import IntakeStatus
from risk.mornings import next_morning
from risk.tables import IntakeItem


def next_alert(session: Session) -> datetime | None:
    earliest = select(func.min(IntakeItem.alert_at)).where(IntakeItem.status == IntakeStatus.WAITING)
    return session.exec(earliest).one()


def alert(session: Session, now: datetime) -> int:
    """One message for all that waits, and again tomorrow."""
    waiting = select(IntakeItem).where(IntakeItem.status == IntakeStatus.WAITING)
    if session.exec(waiting.where(col(IntakeItem.alert_at) <= now).limit(1)).first() is None:
        return 0
    items = session.exec(waiting.order_by(col(IntakeItem.received_at), col(IntakeItem.id)).with_for_update()).all()
    for item in items:
        item.alert_at = next_morning(now)
    session.flush()
    say(session, items[0], count=len(items), now=now)
    return len(items)


def say(session: Session, oldest: IntakeItem, *, count: int, now: datetime) -> None:
    """Nothing of what was sent: only that it waits, and since when."""
    tell(
        session,
        MessageRequested(
            at=now,
            about=oldest.id,
            reference=f"intake-items-waiting-{oldest.id}-{now:%Y%m%dT%H%M%S%f}",
            template="intake_items_waiting",
            to=Recipient(role=Role.COMPLIANCE_OFFICER),
            personalisation={"count": str(count), "since": spoken(london_day(oldest.received_at))},
        ),
    )
