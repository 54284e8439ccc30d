"""What the known calls of this service share: who makes them, when, and an entry to call upon."""

from datetime import date, datetime
from uuid import UUID

import make_risk as make
from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_contracts.roles import Role, Scope
from assay_kit.clock import business_now
from assay_kit.identity import Principal
from assay_kit.settings import Mode, Settings
from risk.intelligence import actions as intelligence
from risk.intelligence.schemas import EntryWanted

REASON = {"reason": "As the case meeting decided on Monday"}
NOTICE = {"notice_text": "No new placements from today."}
PROPOSER = Principal(subject="person:proposer", name="Pia Proposer", roles=frozenset({Role.COMMISSIONING_MANAGER}))
MACHINE = Principal(subject="machine:elsewhere", name="Elsewhere", scopes=frozenset({Scope.INTELLIGENCE_WRITE}))


def now_of(session: Session) -> datetime:
    """Business time, wherever a test before has put the clock."""
    return business_now(session, Settings(mode=Mode.DEMONSTRATION))


def entry_wanted(session: Session) -> EntryWanted:
    service = make.green_service(session)
    return EntryWanted(
        kind="contracting_concern",
        provider_id=service.provider_id,
        care_service_id=service.id,
        event_on=date(1995, 1, 5),
        source="Quality visit",
        restricted=False,
        substantiated=True,
    )


def recorded(session: Session) -> tuple[UUID, EntryWanted]:
    wanted = entry_wanted(session)
    entry = intelligence.record(session, wanted, Copies(session), by=PROPOSER, now=now_of(session))
    return entry.id, wanted
