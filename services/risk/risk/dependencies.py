"""What routes may ask for, by name: who may do it, and the copies of the directory's records."""

from typing import Annotated

from fastapi import Depends, Request

from assay_contracts.directory.client import Directory, DirectoryClient
from assay_contracts.directory.copies import Copies
from assay_contracts.roles import CASEWORKERS, COUNCIL_ROLES, PROVIDER_ROLES, READERS, Role, Scope
from assay_kit.callers import caller
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from assay_kit.settings import Settings

Reader = Annotated[Principal, allow(*READERS)]
CouncilMember = Annotated[Principal, allow(*COUNCIL_ROLES)]
RuleReader = Annotated[Principal, allow(*COUNCIL_ROLES, *PROVIDER_ROLES)]
Caseworker = Annotated[Principal, allow(Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER)]
Manager = Annotated[Principal, allow(Role.COMMISSIONING_MANAGER)]
Administrator = Annotated[Principal, allow(Role.ADMINISTRATOR)]
ModelReviewer = Annotated[Principal, allow(Role.ADMINISTRATOR, Role.COMMISSIONING_MANAGER)]
RunReader = Annotated[Principal, allow(Role.ADMINISTRATOR, Role.COMMISSIONING_MANAGER, Role.AUDITOR)]
IntelligenceReader = Annotated[
    Principal, allow(Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER, Role.COMMISSIONER, Role.AUDITOR)
]
CaseReader = Annotated[Principal, allow(*CASEWORKERS, Role.AUDITOR)]
ResultReader = Annotated[Principal, allow(*CASEWORKERS, Role.AUDITOR, Role.ADMINISTRATOR)]
GrantReader = Annotated[Principal, allow(Role.COMMISSIONING_MANAGER, Role.AUDITOR)]
InterventionReader = Annotated[Principal, allow(*CASEWORKERS, Role.AUDITOR, *PROVIDER_ROLES)]
ProviderMember = Annotated[Principal, allow(*PROVIDER_ROLES)]
BandReader = Annotated[Principal, allow(*READERS, Scope.BANDS_READ)]
IntelligenceSender = Annotated[Principal, allow(Scope.INTELLIGENCE_WRITE)]


async def get_directory(request: Request) -> Directory:
    """Made once a process, when first needed."""
    state = request.app.state
    if not hasattr(state, "directory"):
        settings: Settings = state.settings
        state.directory = DirectoryClient(caller(settings, "risk"), settings.service_url("directory"))
    directory: Directory = state.directory
    return directory


async def get_copies(session: SessionDep, directory: Annotated[Directory, Depends(get_directory)]) -> Copies:
    return Copies(session, directory)


CopiesDep = Annotated[Copies, Depends(get_copies)]
DirectoryDep = Annotated[Directory, Depends(get_directory)]
