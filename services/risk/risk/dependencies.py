"""What routes may ask for, by name: who may do it, and the copies of the directory's records."""

from collections.abc import Iterator
from functools import cache
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
Caseworker = Annotated[Principal, allow(Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER)]
Manager = Annotated[Principal, allow(Role.COMMISSIONING_MANAGER)]
Administrator = Annotated[Principal, allow(Role.ADMINISTRATOR)]
ModelReviewer = Annotated[Principal, allow(Role.ADMINISTRATOR, Role.COMMISSIONING_MANAGER)]
IntelligenceReader = Annotated[
    Principal, allow(Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER, Role.COMMISSIONER, Role.AUDITOR)
]
CaseReader = Annotated[Principal, allow(*CASEWORKERS, Role.AUDITOR)]
GrantReader = Annotated[Principal, allow(Role.COMMISSIONING_MANAGER, Role.AUDITOR)]
InterventionReader = Annotated[Principal, allow(*CASEWORKERS, Role.AUDITOR, *PROVIDER_ROLES)]
ProviderMember = Annotated[Principal, allow(*PROVIDER_ROLES)]
BandReader = Annotated[Principal, allow(*READERS, Scope.BANDS_READ)]
IntelligenceSender = Annotated[Principal, allow(Scope.INTELLIGENCE_WRITE)]


@cache
def _client(url: str, name: str) -> DirectoryClient:
    return DirectoryClient(caller(Settings(), name), url)


def get_directory(request: Request) -> Directory:
    settings: Settings = request.app.state.settings
    return _client(settings.service_url("directory"), request.app.state.service.name)


def get_copies(session: SessionDep, directory: Annotated[Directory, Depends(get_directory)]) -> Iterator[Copies]:
    yield Copies(session, directory)


CopiesDep = Annotated[Copies, Depends(get_copies, scope="function")]
