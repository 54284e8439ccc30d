"""What officers do about a case file: open it, hand it on, review it, visit, set an action, close it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.database import new_id
from assay_kit.events import tell
from assay_kit.identity import Principal
from assay_kit.timeline import begin, take
from risk.bands.repository import Bands
from risk.case_files.errors import CaseFileBarred, CaseFileOpenAlready
from risk.case_files.repository import CaseFiles
from risk.case_files.rules import (
    LIFE,
    Bar,
    Loose,
    Step,
    bars_to_adding_an_action,
    bars_to_closing,
    bars_to_reviewing,
    bars_to_visiting,
)
from risk.case_files.schemas import ActionWanted, Assignment, CaseFileWanted, CaseReview, VisitWanted
from risk.case_tasks.actions import open_task
from risk.mornings import morning_after, next_morning
from risk.tables import CaseFile, Visit

BATCH = 200


def open_file(session: Session, wanted: CaseFileWanted, *, by: Principal, now: datetime) -> CaseFile:
    bands, case_files = Bands(session), CaseFiles(session)
    _refuse(bars_to_reviewing(wanted.review_on, today=london_day(now)))
    bands.lock([wanted.care_service_id])
    band, _ = bands.of_service(wanted.care_service_id)
    if case_files.open_of(wanted.care_service_id) is not None:
        raise CaseFileOpenAlready
    case_file = CaseFile(
        **wanted.model_dump(exclude={"reason"}),
        provider_id=band.provider_id,
        review_alert_at=morning_after(wanted.review_on),
        opened_at=now,
        opened_by_name=by.name,
    )
    case_files.add(case_file)
    about = _about(case_file, owner=case_file.owner_name, review_on=case_file.review_on.isoformat())
    begin(session, case_file, LIFE, by=by, now=now, step="open", reason=wanted.reason, **about)
    return case_file


def assign(session: Session, case_file_id: UUID, wanted: Assignment, *, by: Principal, now: datetime) -> CaseFile:
    case_file = CaseFiles(session).get(case_file_id, lock=True)
    about = _about(case_file, owner_before=case_file.owner_name, owner=wanted.owner_name)
    take(session, case_file, Step.ASSIGN, LIFE, by=by, now=now, reason=wanted.reason, **about)
    case_file.owner, case_file.owner_name = wanted.owner, wanted.owner_name
    session.flush()
    return case_file


def review(session: Session, case_file_id: UUID, wanted: CaseReview, *, by: Principal, now: datetime) -> CaseFile:
    case_file = CaseFiles(session).get(case_file_id, lock=True)
    _refuse(bars_to_reviewing(wanted.next_review_on, today=london_day(now)))
    about = _about(case_file, was_due_on=case_file.review_on.isoformat(), next=wanted.next_review_on.isoformat())
    take(session, case_file, Step.REVIEW, LIFE, by=by, now=now, reason=wanted.findings, **about)
    case_file.review_on, case_file.review_alert_at = wanted.next_review_on, morning_after(wanted.next_review_on)
    case_file.reviewed_at, case_file.reviewed_by_name = now, by.name
    session.flush()
    return case_file


def record_visit(session: Session, case_file_id: UUID, wanted: VisitWanted, *, by: Principal, now: datetime) -> Visit:
    case_files = CaseFiles(session)
    case_file = case_files.get(case_file_id, lock=True)
    _refuse(bars_to_visiting(wanted.visited_on, today=london_day(now)))
    about = _about(case_file, visited_on=wanted.visited_on.isoformat())
    take(session, case_file, Step.RECORD_VISIT, LIFE, by=by, now=now, reason=wanted.purpose, **about)
    visit = Visit(
        **wanted.model_dump(),
        case_file_id=case_file.id,
        care_service_id=case_file.care_service_id,
        recorded_at=now,
        recorded_by=by.subject,
        recorded_by_name=by.name,
    )
    case_files.add(visit)
    return visit


def add_action(session: Session, case_file_id: UUID, wanted: ActionWanted, *, by: Principal, now: datetime) -> CaseFile:
    case_file = CaseFiles(session).get(case_file_id, lock=True)
    _refuse(bars_to_adding_an_action(wanted.due_on, today=london_day(now)))
    take(session, case_file, Step.ADD_ACTION, LIFE, by=by, now=now, reason=wanted.wording, **_about(case_file))
    open_task(
        session,
        case_file.care_service_id,
        subject=f"action {new_id()}",
        wording=wanted.wording,
        due_on=wanted.due_on,
        opened_by_name=by.name,
        now=now,
    )
    return case_file


def close(session: Session, case_file_id: UUID, reason: str, *, by: Principal, now: datetime) -> CaseFile:
    """Only when nothing is loose; the file stays, and the next trouble opens a new one."""
    case_files = CaseFiles(session)
    case_file = case_files.get(case_file_id, lock=True)
    _refuse(bars_to_closing(_loose(case_files, case_file)))
    take(session, case_file, Step.CLOSE, LIFE, by=by, now=now, reason=reason, **_about(case_file))
    case_file.closed_at, case_file.closed_by_name, case_file.closing_reason = now, by.name, reason
    case_file.review_alert_at = None
    session.flush()
    return case_file


def next_alert(session: Session) -> datetime | None:
    return CaseFiles(session).next_alert()


def alert(session: Session, now: datetime) -> int:
    """Tell the owner of each file that is past its review, once a morning."""
    due = CaseFiles(session).to_alert(now, limit=BATCH)
    for case_file in due:
        tell(session, _past_review(case_file, now=now))
        case_file.review_alert_at = next_morning(now)
    session.flush()
    return len(due)


def _past_review(case_file: CaseFile, *, now: datetime) -> MessageRequested:
    """To the owner; where the owner is a name that no token bears, to every officer."""
    is_person = case_file.owner.startswith("person:")
    return MessageRequested(
        at=now,
        about=case_file.care_service_id,
        reference=f"case_file_past_review-{case_file.id}-{london_day(now).isoformat()}",
        template="case_file_past_review",
        to=Recipient(person=case_file.owner) if is_person else Recipient(role=Role.COMPLIANCE_OFFICER),
        personalisation={
            "care_service_id": str(case_file.care_service_id),
            "owner": case_file.owner_name,
            "review_on": case_file.review_on.isoformat(),
        },
    )


def _loose(case_files: CaseFiles, case_file: CaseFile) -> Loose:
    return Loose(
        open_actions=case_files.count_open_tasks(case_file.care_service_id),
        interventions_under_way=case_files.count_under_way(case_file.care_service_id, case_file.provider_id),
        is_red=case_files.is_red(case_file.care_service_id),
    )


def _about(case_file: CaseFile, **detail: str) -> dict[str, Any]:
    return {
        "provider_id": case_file.provider_id,
        "care_service_id": case_file.care_service_id,
        "detail": detail,
    }


def _refuse(bars: Sequence[Bar]) -> None:
    if bars:
        raise CaseFileBarred(bars)
