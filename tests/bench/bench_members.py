"""Members beside their register and their nights: a register of 2,000; a night of reminders, one of lapses and the one
on which their DPS expires, among 10,000 memberships of one DPS that went live on one day: all fall due at once."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from fastapi.testclient import TestClient
from measuring import Result, own_database
from sqlalchemy import Engine, func, insert, select
from sqlmodel import Session

from assay_contracts.directory.copies import provider_copy
from assay_contracts.messages import MessageRequested
from assay_kit.calendar import london_day
from assay_kit.clock import set_clock
from assay_kit.database import new_id
from assay_kit.due import do_what_is_due
from assay_kit.events import event_log
from assay_kit.service import create_service
from assay_kit.settings import Settings
from assay_kit.testing import given_keys
from assay_kit.timeline import timeline_entry
from dps_admission.main import SERVICE
from dps_admission.schemes import actions as scheming
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership

sys.path.append(str(Path(__file__).parents[2] / "services" / "dps-admission" / "tests"))
from stage_dps import COMMISSIONER, MANAGER, NOW, Stage

REGISTER, NIGHT = 2_000, 10_000
ROUNDS = 15
REMINDED_BEFORE = 28
MORNING = datetime(2028, 3, 2, 2, tzinfo=UTC)
LAST_DAY = london_day(MORNING) + timedelta(days=REMINDED_BEFORE)
LAPSES = MORNING + timedelta(days=REMINDED_BEFORE + 1)
EXPIRES = LAPSES + timedelta(days=1)


def measure() -> Iterator[Result]:
    with own_database(SERVICE) as (settings, engine):
        lots = _fill(engine)
        yield _register(engine, settings, lots[0])
        yield _night(engine, MORNING, "members.night_of_reminders", told="affirmation_reminder")
        yield _night(engine, LAPSES, "members.night_of_lapses", told="declaration_lapsed")
        yield _night(engine, EXPIRES, "members.night_of_expiry", told="membership_ended")


def _fill(engine: Engine) -> list[UUID]:
    """Five lots with 2,000 members each, admitted on one day: their declarations are due on one day."""
    lots = []
    with Session(engine, info={"service": SERVICE}) as session, session.begin():
        set_clock(session, MORNING, is_running=False)
        stage = Stage(session)
        scheme = stage.scheme(is_open=False, valid_until=london_day(LAPSES).isoformat())
        made = [stage.lot(scheme, is_open=False) for _ in range(NIGHT // REGISTER)]
        scheming.open_scheme(session, scheme.id, by=MANAGER, now=NOW)
        for lot in made:
            scheming.open_lot(session, lot.id, by=COMMISSIONER, now=NOW)
            [zone] = Schemes(session).zones_of(lot.id)
            _add_members(session, lot.scheme_id, lot.id, zone.id)
            lots.append(lot.id)
    return lots


def _add_members(session: Session, scheme_id: UUID, lot_id: UUID, zone_id: UUID) -> None:
    members, providers, steps = [], [], []
    for number in range(REGISTER):
        provider, member = uuid4(), new_id()
        providers.append(_provider(provider, number))
        due = {"affirm_by": LAST_DAY, "remind_on": london_day(MORNING)}
        members.append(_member(member, provider, scheme_id, lot_id, zone_id) | due)
        steps += [_step(member, provider, None, "admitted"), _step(member, provider, "admitted", "active")]
    session.execute(provider_copy.insert(), providers)
    session.execute(insert(Membership), members)
    session.execute(timeline_entry.insert(), steps)


def _provider(provider: UUID, number: int) -> dict[str, object]:
    name = f"Provider {number}"
    record = {"id": str(provider), "name": name, "company_number": f"{number:08d}"}
    return {"id": provider, "version": 1, "name": name, "status": "active", "record": record}


def _member(member: UUID, provider: UUID, scheme_id: UUID, lot_id: UUID, zone_id: UUID) -> dict[str, object]:
    return {
        "id": member,
        "provider_id": provider,
        "scheme_id": scheme_id,
        "lot_id": lot_id,
        "lot_zone_id": zone_id,
        "status": "active",
        "is_imported": False,
        "care_service_ids": [str(uuid4())],
        "submitted_at": NOW,
        "admitted_at": NOW,
        "active_from": NOW,
    }


def _step(member: UUID, provider: UUID, before: str | None, after: str) -> dict[str, object]:
    return {
        "object_kind": "membership",
        "object_id": member,
        "provider_id": provider,
        "from_status": before,
        "to_status": after,
        "step": "admit" if before is None else "take_effect",
        "by_subject": "bench",
        "by_name": "Bench",
        "at": NOW,
        "detail": {},
    }


def _register(engine: Engine, settings: Settings, lot_id: UUID) -> Result:
    app = create_service(SERVICE, settings, keys=given_keys(settings), engine=engine)
    client, taken = TestClient(app), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = client.get(f"/v1/register/lots/{lot_id}")
        taken.append(time.perf_counter() - began)
        if (found := len(answer.json()["members"])) != REGISTER:
            raise RuntimeError(f"The register shows {found} members, so nothing was measured.")
    return Result(
        name="members.register", value=median(taken) * 1_000, unit="ms", against=f"{REGISTER:,} members", target=200,
        more_is_better=False,
    )  # fmt: skip


def _night(engine: Engine, instant: datetime, name: str, *, told: str) -> Result:
    """All that falls due by then, done as the service does it: in its batches, each committed."""
    began = time.perf_counter()
    do_what_is_due(engine, SERVICE, instant)
    seconds = time.perf_counter() - began
    if (written := _written(engine, told)) != NIGHT:
        raise RuntimeError(f"{written} of {NIGHT} members were written to, so the night was not measured.")
    return Result(
        name=name, value=seconds, unit="s", against=f"{NIGHT:,} memberships due at once", target=30,
        more_is_better=False,
    )  # fmt: skip


def _written(engine: Engine, template: str) -> int:
    letters = select(func.count()).where(
        event_log.c.type == MessageRequested.TYPE, event_log.c.body["template"].astext == template
    )
    with engine.connect() as connection:
        return int(connection.execute(letters).scalar_one())
