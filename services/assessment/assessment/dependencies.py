"""Who may ask for what, by name. A provider's people are further held to their own organisation by the repositories."""

from typing import Annotated

from fastapi import Depends, Request

from assay_contracts.directory.copies import Copies
from assay_contracts.roles import Role, Scope
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from assessment.colleagues import Colleagues
from assessment.evidence import Evidence

_PROVIDER = (Role.PROVIDER_ADMIN, Role.PROVIDER_USER)
_STAFF = (Role.COMPLIANCE_OFFICER, Role.COMMISSIONER, Role.COMMISSIONING_MANAGER, Role.AUDITOR)

Reader = Annotated[Principal, allow(*_STAFF, *_PROVIDER)]
StaffReader = Annotated[Principal, allow(*_STAFF)]
RatingReader = Annotated[
    Principal, allow(*_STAFF, *_PROVIDER, Role.ADULT_CARE_VIEWER, Role.SOCIAL_CARE_ASSESSOR, Scope.RATINGS_READ)
]
ProviderPerson = Annotated[Principal, allow(*_PROVIDER)]
Officer = Annotated[Principal, allow(Role.COMPLIANCE_OFFICER)]
OfficerOrManager = Annotated[Principal, allow(Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER)]
Overseer = Annotated[Principal, allow(Role.COMMISSIONING_MANAGER, Role.AUDITOR)]
CommissioningManager = Annotated[Principal, allow(Role.COMMISSIONING_MANAGER)]
Administrator = Annotated[Principal, allow(Role.ADMINISTRATOR)]
SignedIn = Annotated[Principal, allow()]


async def get_copies(session: SessionDep, request: Request) -> Copies:
    """What this service knows of providers and care services; on a miss it asks the directory, where there is one."""
    return Copies(session, getattr(request.app.state, "directory", None))


async def get_evidence(request: Request) -> Evidence:
    return Evidence(getattr(request.app.state, "directory", None))


async def get_colleagues(request: Request) -> Colleagues:
    return Colleagues(getattr(request.app.state, "directory", None))


CopiesDep = Annotated[Copies, Depends(get_copies, scope="function")]
EvidenceDep = Annotated[Evidence, Depends(get_evidence)]
ColleaguesDep = Annotated[Colleagues, Depends(get_colleagues)]
