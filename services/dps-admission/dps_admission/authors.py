"""Who prepares schemes, lots and question sets, and so sees them before they are published."""

from assay_contracts.roles import Role
from assay_kit.identity import Principal

AUTHORS = (Role.ADMINISTRATOR, Role.COMMISSIONER, Role.COMMISSIONING_MANAGER)


def sees_drafts(by: Principal) -> bool:
    return not by.is_provider and by.has(*AUTHORS)
