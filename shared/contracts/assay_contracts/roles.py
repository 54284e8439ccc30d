"""Who may do what: the roles people hold and the scopes machines are given. The same words are in tokens and routes."""

from enum import StrEnum


class Role(StrEnum):
    PROVIDER_ADMIN = "provider_admin"
    PROVIDER_USER = "provider_user"
    COMPLIANCE_OFFICER = "compliance_officer"
    COMMISSIONER = "commissioner"
    COMMISSIONING_MANAGER = "commissioning_manager"
    ADULT_CARE_VIEWER = "adult_care_viewer"
    SOCIAL_CARE_ASSESSOR = "social_care_assessor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What a machine may be given. The first six are for Assay's own services only."""

    EVENTS_DELIVER = "events:deliver"
    EVENTS_READ = "events:read"
    CLOCK_ADVANCE = "clock:advance"
    COPIES_READ = "copies:read"
    EVIDENCE_RELY = "evidence:rely"
    MESSAGES_WRITE = "messages:write"
    DIRECTORY_READ = "directory:read"
    ACTIVITY_WRITE = "activity:write"
    FEED_READ = "feed:read"
    MEMBERSHIPS_READ = "memberships:read"
    RATINGS_READ = "ratings:read"
    BANDS_READ = "bands:read"
    INTELLIGENCE_WRITE = "intelligence:write"


PROVIDER_ROLES = (Role.PROVIDER_ADMIN, Role.PROVIDER_USER)
CASEWORKERS = (Role.COMPLIANCE_OFFICER, Role.COMMISSIONER, Role.COMMISSIONING_MANAGER)
READERS = (*CASEWORKERS, Role.ADULT_CARE_VIEWER, Role.SOCIAL_CARE_ASSESSOR, Role.AUDITOR)
"""Council roles that read the dashboard, the register and the shortlists. An administrator does no casework."""
COUNCIL_ROLES = (*READERS, Role.ADMINISTRATOR)

HOUSE_SCOPES = (
    Scope.EVENTS_DELIVER,
    Scope.EVENTS_READ,
    Scope.CLOCK_ADVANCE,
    Scope.COPIES_READ,
    Scope.EVIDENCE_RELY,
    Scope.MESSAGES_WRITE,
)
"""Scopes of Assay's own services; no outside client is given one."""
