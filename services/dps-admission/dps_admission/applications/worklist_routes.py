"""HTTP for the worklist of those who evaluate and decide."""

from fastapi import APIRouter

from assay_kit.clock import Now
from assay_kit.pagination import Page, PageQuery, paginate
from dps_admission.dependencies import CaseReader, SessionDep

from .repository import Applications
from .schemas import LotApplicationTask, WorklistCounts
from .worklist import Tasks, counts

router = APIRouter(tags=["applications"])


@router.get("/lot-applications", operation_id="list_lot_applications", summary="The worklist, most urgent first")
def list_lot_applications(
    session: SessionDep, by: CaseReader, now: Now, page: PageQuery, only_open: bool = True, only_mine: bool = False
) -> Page[LotApplicationTask]:
    owner = by.subject if only_mine else None
    wanted, due_at, key = Applications(session).worklist(only_open=only_open, owner=owner)
    found = paginate(session, wanted, page, due_at, key)
    return found.map(Tasks(session, found.items, now=now).read)


@router.get("/worklist/counts", operation_id="count_worklist", summary="How many are open, due soon and overdue")
def count_worklist(session: SessionDep, by: CaseReader, now: Now) -> WorklistCounts:
    return counts(session, now=now)
