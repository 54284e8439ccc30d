"""HTTP for what was done in the directory and by whom: accounts, API clients, contracts and all the rest."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from assay_contracts.roles import Role
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from assay_kit.timeline import TimelineEntryRead, timeline_of

Checker = Annotated[Principal, allow(Role.ADMINISTRATOR, Role.AUDITOR)]

router = APIRouter(tags=["timeline"])


@router.get("/timeline", summary="What was done, and by whom", response_model=list[TimelineEntryRead])
def list_timeline(
    session: SessionDep,
    by: Checker,
    kind: Annotated[str | None, Query(max_length=50, pattern=r"^[a-z ]+$", description="Such as `api client`.")] = None,
    object_id: UUID | None = None,
) -> Sequence[TimelineEntryRead]:
    """The newest first."""
    return timeline_of(session, kind=kind, object_id=object_id)
