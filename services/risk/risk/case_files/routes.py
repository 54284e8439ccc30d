"""HTTP for case files, and the list of Red services that nobody answers for."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageAsked, PageQuery
from assay_kit.problems import InvalidRequest, StepNotAllowed, may_answer
from assay_kit.text import Subject
from assay_kit.timeline import timeline_of
from risk.bands.errors import CareServiceNotScored
from risk.bands.repository import Bands
from risk.case_files import actions
from risk.case_files.errors import CaseFileBarred, CaseFileNotFound, CaseFileOpenAlready
from risk.case_files.repository import CaseFiles
from risk.case_files.rules import LIFE, Status, days_past_review
from risk.case_files.schemas import (
    ActionWanted,
    Assignment,
    CaseFileRead,
    CaseFileWanted,
    CasePage,
    CaseReview,
    Closing,
    UnattendedService,
    VisitRead,
    VisitWanted,
    open_action,
    open_condition,
    visit_read,
)
from risk.dependencies import CaseReader, Caseworker
from risk.intelligence.intake import ABOUT_A_FINDING
from risk.intelligence.reading import entry_page
from risk.intelligence.sight import InFull
from risk.intelligence.words import Words
from risk.interventions.reading import lines_read
from risk.tables import CaseFile, ServiceBand
from risk.tables.base import columns_of

router = APIRouter(tags=["case files"], responses=may_answer(InvalidRequest))

CHANGING = may_answer(CaseFileNotFound, CaseFileBarred, StepNotAllowed)
SHOWN_ENTRIES = 20


def _reads(session: SessionDep, rows: list[CaseFile], *, in_full: bool = True, now: Now) -> list[CaseFileRead]:
    words = Words(session, {row.care_service_id: row.provider_id for row in rows}, in_full=in_full)
    names, today = CaseFiles(session).names([row.care_service_id for row in rows]), london_day(now)
    read = []
    for row in rows:
        name, of = names.get(row.care_service_id, (None, None))
        overdue = days_past_review(row.review_on, today=today) if row.status == Status.OPEN else 0
        about = {"care_service_name": name, "provider_name": of, "days_past_review": overdue}
        said = words.said_if_any(row.care_service_id, row.closing_reason, at=row.closed_at or row.opened_at)
        read.append(CaseFileRead(**columns_of(row, "closing_reason"), **about, closing_reason=said))
    return read


def _read(session: SessionDep, row: CaseFile, *, in_full: bool = True, now: Now) -> CaseFileRead:
    [read] = _reads(session, [row], in_full=in_full, now=now)
    return read


@router.get("/case-files", summary="Case files, the next review first", operation_id="list_case_files")
def list_case_files(
    session: SessionDep,
    page: PageQuery,
    in_full: InFull,
    *,
    by: CaseReader,
    now: Now,
    stage: Status | None = None,
    owner: Annotated[Subject | None, Query(description="The owner's subject, as in a token.")] = None,
    care_service_id: UUID | None = None,
    is_past_review: Annotated[bool, Query(description="Only open ones whose review is overdue.")] = False,
) -> Page[CaseFileRead]:
    found = CaseFiles(session).page(
        page,
        overdue_on=london_day(now) if is_past_review else None,
        status=stage,
        owner=owner,
        care_service_id=care_service_id,
    )
    reads = {read.id: read for read in _reads(session, found.items, in_full=in_full, now=now)}
    return found.map(lambda row: reads[row.id])


@router.get(
    "/unattended-services",
    summary="Red services that have no owner and no review date, the longest first",
    operation_id="list_unattended_services",
)
def list_unattended_services(session: SessionDep, page: PageQuery, by: CaseReader, now: Now) -> Page[UnattendedService]:
    case_files = CaseFiles(session)
    found = case_files.unattended(page, now=now)
    ids = [row.care_service_id for row in found.items]
    names, reasons = case_files.names(ids), Bands(session).open_reasons(ids)

    def read(row: ServiceBand) -> UnattendedService:
        name, of = names.get(row.care_service_id, (None, None))
        said = columns_of(row) | {
            "care_service_name": name,
            "provider_name": of,
            "reasons": reasons[row.care_service_id],
        }
        return UnattendedService(**said)

    return found.map(read)


@router.post(
    "/case-files",
    summary="Open a case file: who answers for the service, and when it is looked at next",
    operation_id="open_case_file",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(CareServiceNotScored, CaseFileBarred, CaseFileOpenAlready),
)
def open_case_file(wanted: CaseFileWanted, session: SessionDep, by: Caseworker, now: Now) -> CaseFileRead:
    return _read(session, actions.open_file(session, wanted, by=by, now=now), now=now)


@router.post(
    "/case-files/{case_file_id}/assignment",
    summary="Hand a case file to somebody else",
    operation_id="assign_case_file",
    responses=may_answer(CaseFileNotFound, StepNotAllowed),
)
def assign_case_file(
    case_file_id: UUID, wanted: Assignment, session: SessionDep, by: Caseworker, now: Now
) -> CaseFileRead:
    return _read(session, actions.assign(session, case_file_id, wanted, by=by, now=now), now=now)


@router.post(
    "/case-files/{case_file_id}/reviews",
    summary="Record a review, and when to look again",
    operation_id="review_case_file",
    responses=CHANGING,
)
def review_case_file(
    case_file_id: UUID, wanted: CaseReview, session: SessionDep, by: Caseworker, now: Now
) -> CaseFileRead:
    return _read(session, actions.review(session, case_file_id, wanted, by=by, now=now), now=now)


@router.post(
    "/case-files/{case_file_id}/visits",
    summary="Record a visit",
    operation_id="record_visit",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING,
)
def record_visit(case_file_id: UUID, wanted: VisitWanted, session: SessionDep, by: Caseworker, now: Now) -> VisitRead:
    made = actions.record_visit(session, case_file_id, wanted, by=by, now=now)
    return VisitRead.model_validate(made, from_attributes=True)


@router.post(
    "/case-files/{case_file_id}/actions",
    summary="Set an action that must be settled before the case closes",
    operation_id="add_case_action",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING,
)
def add_case_action(
    case_file_id: UUID, wanted: ActionWanted, session: SessionDep, by: Caseworker, now: Now
) -> CaseFileRead:
    return _read(session, actions.add_action(session, case_file_id, wanted, by=by, now=now), now=now)


@router.post(
    "/case-files/{case_file_id}/closing",
    summary="Close a case with nothing open in it",
    operation_id="close_case_file",
    responses=CHANGING,
)
def close_case_file(case_file_id: UUID, wanted: Closing, session: SessionDep, by: Caseworker, now: Now) -> CaseFileRead:
    return _read(session, actions.close(session, case_file_id, wanted.reason, by=by, now=now), now=now)


@router.get(
    "/care-services/{care_service_id}/case-file",
    summary="All that is under way about one service",
    operation_id="read_case_file",
    responses=may_answer(CareServiceNotScored),
)
def read_case_file(care_service_id: UUID, session: SessionDep, in_full: InFull, by: CaseReader, now: Now) -> CasePage:
    case_files, today = CaseFiles(session), london_day(now)
    band, _ = Bands(session).of_service(care_service_id)
    name, of = case_files.names([care_service_id])[care_service_id]
    case_file = case_files.open_of(care_service_id)
    under_way = case_files.under_way(care_service_id, band.provider_id)
    measures = {each.id: each for each in under_way}
    about = {care_service_id: band.provider_id, band.provider_id: band.provider_id}
    words = Words(session, about, in_full=in_full)
    return CasePage(
        **columns_of(band, "provider_name"),
        care_service_name=name,
        provider_name=of,
        file=_read(session, case_file, in_full=in_full, now=now) if case_file else None,
        open_actions=[
            open_action(task, words, today=today)
            for task in case_files.open_tasks(care_service_id)
            if in_full or not task.subject.startswith(ABOUT_A_FINDING)
        ],
        interventions=lines_read(session, under_way, in_full=in_full, now=now),
        open_conditions=[
            open_condition(each, measures[each.intervention_id], words, today=today)
            for each in case_files.open_conditions(list(measures))
        ],
        intelligence=entry_page(
            session,
            PageAsked(limit=SHOWN_ENTRIES),
            in_full=in_full,
            care_service_id=care_service_id,
            is_standing=True,
        ),
        visits=[visit_read(each, words) for each in case_files.visits(care_service_id)],
        history=[
            step.model_copy(update={"reason": words.said_if_any(care_service_id, step.reason, at=step.at)})
            for step in timeline_of(session, care_service_id=care_service_id, kind=LIFE.name)
        ],
    )
