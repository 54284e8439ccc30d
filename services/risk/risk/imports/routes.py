"""HTTP for files of rows: taken in whole or not at all."""

from typing import Annotated, Any

from fastapi import APIRouter, Response, status
from sqlmodel import col, select

from assay_contracts.roles import Role, Scope
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import InvalidRequest, may_answer
from risk.dependencies import Caseworker, CopiesDep
from risk.imports import actions
from risk.imports.errors import ImportRefused
from risk.imports.schemas import ImportRead, ImportReport, ImportWanted
from risk.tables import IntelligenceImport

router = APIRouter(prefix="/intelligence-imports", tags=["intake"], responses=may_answer(InvalidRequest))

Importer = Annotated[Principal, allow(Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER, Scope.INTELLIGENCE_WRITE)]
_NOTHING_NEW: dict[int | str, dict[str, Any]] = {
    status.HTTP_200_OK: {"model": ImportReport, "description": "A dry run, or a file that was taken in before"}
}


@router.get("", summary="Files that were taken in, the newest first", operation_id="list_intelligence_imports")
def list_intelligence_imports(session: SessionDep, page: PageQuery, by: Caseworker) -> Page[ImportRead]:
    newest = (col(IntelligenceImport.imported_at).desc(), col(IntelligenceImport.id).desc())
    found = paginate(session, select(IntelligenceImport), page, *newest)
    return found.map(lambda row: ImportRead.model_validate(row, from_attributes=True))


@router.post(
    "",
    summary="Take in a file of rows with its manifest: all or nothing",
    operation_id="import_intelligence",
    status_code=status.HTTP_201_CREATED,
    responses={**_NOTHING_NEW, **may_answer(ImportRefused)},
    openapi_extra={"x-traffic": "slow"},  # up to two thousand rows, each kept by itself
)
def import_intelligence(
    wanted: ImportWanted, response: Response, *, session: SessionDep, copies: CopiesDep, by: Importer, now: Now
) -> ImportReport:
    report = actions.import_file(session, wanted, copies, by=by, now=now)
    if report.is_dry_run or report.was_imported_before:
        response.status_code = status.HTTP_200_OK
    return report
