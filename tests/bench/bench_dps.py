"""DPS admission among ten thousand applications in all states: a page of the worklist, and a submission."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from measuring import Result, own_database
from sqlalchemy import Engine, insert
from sqlmodel import Session

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.roles import Role
from assay_kit.clock import get_now
from assay_kit.database import new_id
from assay_kit.service import create_service
from assay_kit.settings import Mode, Settings
from assay_kit.testing import given_keys, token_for
from dps_admission.applications.rules import OPEN, LotApplicationStatus
from dps_admission.main import SERVICE
from dps_admission.question_sets.actions import draft_question_set, publish_question_set
from dps_admission.question_sets.content import QuestionSetContent
from dps_admission.tables import Application, Lot, LotApplication

sys.path.append(str(Path(__file__).parents[2] / "services" / "dps-admission" / "tests"))
from make_dps import SUBMISSION, answers, applicant, content, lot_zone, question_set_id
from stage_dps import COMMISSIONER, NOW, Stage, owner

APPLICATIONS = 10_000
PAGES = 60
SUBMISSIONS = 30
ANSWERS = 40
WORKLIST_MS = 100
SUBMISSION_MS = 150
_DAY = timedelta(days=1)


def measure() -> Iterator[Result]:
    with own_database(SERVICE) as (settings, engine):
        with _session(engine) as session:
            _fill(session)
        client = _client(settings, engine)
        worklist = _worklist(client)
        submissions, given = _submissions(client, engine, settings)
    among = f"{APPLICATIONS:,} applications"
    yield Result(
        name="dps.worklist_p95", value=worklist, unit="ms", against=among, target=WORKLIST_MS, more_is_better=False
    )
    yield Result(
        name="dps.submission", value=median(submissions), unit="ms", against=f"{given} answers, {among}",
        target=SUBMISSION_MS, more_is_better=False,
    )  # fmt: skip
    yield Result(name="dps.submission_slowest", value=max(submissions), unit="ms", against=f"of {SUBMISSIONS}")


def _session(engine: Engine) -> Session:
    return Session(engine, info={"service": SERVICE}, expire_on_commit=False)


def _fill(session: Session) -> None:
    """Applications of five hundred providers, received over four years, in every state."""
    chosen = random.Random(7)
    lots = [Stage(session).lot() for _ in range(20)]
    whole = [(lot, lot_zone(session, {"id": str(lot.id)}).id) for lot in lots]
    providers = [applicant(session).provider_id for _ in range(500)]
    statuses = list(LotApplicationStatus)
    applications, parts, taken = [], [], set()
    for number in range(APPLICATIONS):
        lot, zone_id = whole[number % len(whole)]
        provider = providers[number // len(whole) % len(providers)]
        status = statuses[chosen.randrange(len(statuses))]
        if status in OPEN and (provider, lot.id) in taken:
            status = LotApplicationStatus.REFUSED
        if status in OPEN:
            taken.add((provider, lot.id))
        received = NOW - chosen.randrange(1_400) * _DAY
        made = _application(number, provider, lot, status in OPEN, received)
        applications.append(made)
        parts.append(_part(made, lot, zone_id, status))
    session.execute(insert(Application), applications)
    session.execute(insert(LotApplication), parts)
    session.commit()
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()


def _application(number: int, provider: UUID, lot: Lot, is_open: bool, received: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "reference": f"OLD-{number:06d}",
        "provider_id": provider,
        "scheme_id": lot.scheme_id,
        "status": "submitted" if is_open else "closed",
        "version": 2,
        "answers": {f"question_{one}": "We do it well, and this is how." for one in range(ANSWERS)},
        "choices": [],
        "evidence": [],
        "content_hash": "0" * 64,
        "started_at": received - _DAY,
        "started_by": "person:olive",
        "saved_at": received,
        "expires_at": received + 90 * _DAY,
        "submitted_at": received,
    }


def _part(application: dict[str, Any], lot: Lot, zone_id: UUID, status: str) -> dict[str, Any]:
    received: datetime = application["submitted_at"]
    due = received + 14 * _DAY
    return {
        "id": new_id(),
        "application_id": application["id"],
        "provider_id": application["provider_id"],
        "lot_id": lot.id,
        "lot_zone_id": zone_id,
        "question_set_id": lot.question_set_id,
        "care_service_ids": [],
        "status": status,
        "round": 1,
        "received_at": received,
        "counted_from": received,
        "due_on": due.date(),
        "due_at": due,
        "due_soon_at": received + 11 * _DAY,
        "decided_at": None if status in OPEN else due,
    }


def _client(settings: Settings, engine: Engine) -> TestClient:
    app = create_service(SERVICE, settings, keys=given_keys(settings), engine=engine)
    app.state.directory = FakeDirectory()
    app.dependency_overrides[get_now] = lambda: NOW
    return TestClient(app)


def _headers(settings: Settings, role: Role, org: UUID | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_for(settings, role, org=org, name='Bench')}"}


def _milliseconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    answer = work()
    taken = (time.perf_counter() - began) * 1000
    if not answer.is_success:
        raise RuntimeError(f"Nothing was measured: {answer.status_code} {answer.text}")
    return taken


def _worklist(client: TestClient) -> float:
    """The 95th percentile of pages of fifty, one after the other through the whole list and again."""
    headers = _headers(Settings(mode=Mode.DEMONSTRATION, database_url=""), Role.COMMISSIONER)
    times, cursor = [], None
    for _ in range(PAGES + 5):
        asked = {"limit": 50} | ({"cursor": cursor} if cursor else {})
        seen: list[Any] = []

        def page(asked: dict[str, Any] = asked, seen: list[Any] = seen) -> Any:
            seen.append(client.get("/v1/lot-applications", params=asked, headers=headers))
            return seen[0]

        times.append(_milliseconds(page))
        if not seen[0].json()["items"]:
            raise RuntimeError("An empty page of the worklist: nothing was measured.")
        cursor = seen[0].json()["next_cursor"]
    return quantiles(times[5:], n=20)[-1]


def _submissions(client: TestClient, engine: Engine, settings: Settings) -> tuple[list[float], int]:
    drafts, given = [], 0
    with _session(engine) as session:
        stage = Stage(session)
        lot = stage.lot(question_set_id=_set_with_answers(session))
        for _ in range(SUBMISSIONS + 3):
            application, who = stage.draft(lot)
            drafts.append((application.id, owner(who).org))
            given = len(application.answers)
        session.commit()
    times = []
    for application_id, org in drafts:
        address = f"/v1/applications/{application_id}/submission"
        send = partial(client.post, address, json=SUBMISSION, headers=_headers(settings, Role.PROVIDER_ADMIN, org))
        times.append(_milliseconds(send))
    return times[3:], given


def _set_with_answers(session: Session) -> str:
    """The shipped set, made longer so that a complete application gives as many answers as are measured."""
    name = {"question_set_id": str(question_set_id(session))}
    usual, given = content(session, name).model_dump(mode="json"), len(answers(session, name))
    usual["sections"][0]["questions"] += [
        {"id": f"more_{one}", "text": "What else should we know?", "kind": "text"} for one in range(ANSWERS - given)
    ]
    longer = QuestionSetContent.model_validate(usual)
    drafted = draft_question_set(session, name="Of forty answers", content=longer, by=COMMISSIONER, now=NOW)
    return str(publish_question_set(session, drafted.id, by=COMMISSIONER, now=NOW).id)
