"""Numbers events in the order of commit, and reads them back. No rules here."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from assay_kit.events import Envelope
from directory.tables import FeedEntry

_ONE_WRITER = 0x4645_4544  # advisory lock: "FEED"


class Feed:
    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, envelope: Envelope) -> None:
        """Give an event the next number.

        The lock is held until the commit, so numbers become visible in their order: a reader that goes on from the last
        number it saw can never skip one that was slower to commit. A rollback gives its number back: there is no gap.
        """
        self._session.exec(select(func.pg_advisory_xact_lock(_ONE_WRITER)))
        self._session.add(
            FeedEntry(
                number=self.last() + 1,
                event_id=envelope.id,
                type=envelope.type,
                source=envelope.source,
                subject=str(envelope.subject),
                time=envelope.time,
                data=envelope.data,
            )
        )
        self._session.flush()

    def last(self) -> int:
        return self._session.exec(select(func.coalesce(func.max(FeedEntry.number), 0))).one()

    def after(self, number: int, *, types: Sequence[str], limit: int) -> Sequence[FeedEntry]:
        wanted = select(FeedEntry).where(FeedEntry.number > number)
        if types:
            wanted = wanted.where(col(FeedEntry.type).in_(types))
        return self._session.exec(wanted.order_by(col(FeedEntry.number)).limit(limit)).all()
