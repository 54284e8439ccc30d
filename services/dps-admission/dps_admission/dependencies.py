"""What routes may ask for, by name: who, when, and the transaction."""

from typing import Annotated

from fastapi import Depends, Request

from assay_contracts.directory.client import Directory, DirectoryClient
from assay_contracts.directory.copies import Copies
from assay_contracts.roles import PROVIDER_ROLES, READERS, Role, Scope
from assay_kit.callers import caller
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow

CASEWORK = (Role.COMMISSIONER, Role.COMMISSIONING_MANAGER, Role.AUDITOR)

Reader = Annotated[Principal, allow(*READERS, Role.ADMINISTRATOR, *PROVIDER_ROLES)]
Applicant = Annotated[Principal, allow(*PROVIDER_ROLES)]
ProviderAdmin = Annotated[Principal, allow(Role.PROVIDER_ADMIN)]
Author = Annotated[Principal, allow(Role.ADMINISTRATOR, Role.COMMISSIONER)]
Commissioner = Annotated[Principal, allow(Role.COMMISSIONER, Role.COMMISSIONING_MANAGER)]
Decider = Annotated[Principal, allow(Role.COMMISSIONING_MANAGER)]
CaseReader = Annotated[Principal, allow(*CASEWORK)]
CaseParty = Annotated[Principal, allow(*CASEWORK, *PROVIDER_ROLES)]
RemedyMaker = Annotated[Principal, allow(Role.PROVIDER_ADMIN, Role.COMMISSIONER, Role.COMMISSIONING_MANAGER)]
"""Who puts evidence forward against a suspension: the member, or the council for what came by post."""
_BROKERS = (Role.SOCIAL_CARE_ASSESSOR, Role.COMMISSIONER, Role.COMMISSIONING_MANAGER)
Broker = Annotated[Principal, allow(*_BROKERS)]
"""Who seeks places for people."""
PlacementReader = Annotated[Principal, allow(*READERS)]
OfferReader = Annotated[Principal, allow(*_BROKERS, Role.AUDITOR, *PROVIDER_ROLES)]
OfferParty = Annotated[Principal, allow(*_BROKERS, Role.PROVIDER_ADMIN)]
"""Who answers an offer: the provider, or the council for what was said on the telephone."""
MembershipParty = Annotated[Principal, allow(*READERS, *PROVIDER_ROLES)]
MembershipReader = Annotated[Principal, allow(*READERS, *PROVIDER_ROLES, Scope.MEMBERSHIPS_READ)]


async def get_directory(request: Request) -> Directory:
    """Made once per process, when first needed."""
    state = request.app.state
    if not hasattr(state, "directory"):
        settings = state.settings
        state.directory = DirectoryClient(caller(settings, "dps-admission"), settings.service_url("directory"))
    directory: Directory = state.directory
    return directory


async def get_copies(session: SessionDep, directory: Annotated[Directory, Depends(get_directory)]) -> Copies:
    return Copies(session, directory)


CopiesDep = Annotated[Copies, Depends(get_copies)]
DirectoryDep = Annotated[Directory, Depends(get_directory)]

__all__ = [
    "Applicant",
    "Author",
    "Broker",
    "CaseParty",
    "CaseReader",
    "Commissioner",
    "CopiesDep",
    "Decider",
    "DirectoryDep",
    "MembershipParty",
    "MembershipReader",
    "Now",
    "OfferParty",
    "OfferReader",
    "PlacementReader",
    "ProviderAdmin",
    "Reader",
    "RemedyMaker",
    "SessionDep",
]
