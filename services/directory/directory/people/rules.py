"""What a person may be, who may make them so, and which passwords are accepted. Pure."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from assay_contracts.roles import COUNCIL_ROLES, PROVIDER_ROLES, Role
from assay_kit.steps import Life

LINK_LASTS = timedelta(hours=72)
RESET_LASTS = timedelta(hours=1)


class PersonStatus(StrEnum):
    INVITED = "invited"
    CLAIMING = "claiming"
    ACTIVE = "active"
    DISABLED = "disabled"


class PersonStep(StrEnum):
    ACCEPT = "accept"
    CLAIM = "claim"
    CONFIRM_CLAIM = "confirm_claim"
    DISABLE = "disable"
    ENABLE = "enable"


PERSON_LIFE: Life[PersonStatus, PersonStep] = Life(
    name="person",
    start=PersonStatus.INVITED,
    steps={
        (PersonStatus.INVITED, PersonStep.ACCEPT): PersonStatus.ACTIVE,
        (PersonStatus.INVITED, PersonStep.CLAIM): PersonStatus.CLAIMING,
        (PersonStatus.INVITED, PersonStep.DISABLE): PersonStatus.DISABLED,
        (PersonStatus.CLAIMING, PersonStep.CONFIRM_CLAIM): PersonStatus.ACTIVE,
        (PersonStatus.CLAIMING, PersonStep.DISABLE): PersonStatus.DISABLED,
        (PersonStatus.ACTIVE, PersonStep.DISABLE): PersonStatus.DISABLED,
        (PersonStatus.DISABLED, PersonStep.ENABLE): PersonStatus.ACTIVE,
    },
)


class RoleBar(StrEnum):
    """Why a person cannot have these roles."""

    NO_ROLE = "A person has at least one role"
    PROVIDER_ROLE_WITHOUT_PROVIDER = "A provider role belongs to a provider's own people"
    COUNCIL_ROLE_IN_PROVIDER = "A provider's people cannot hold a council role"


def bars_to_roles(roles: Iterable[Role], *, org: UUID | None) -> list[RoleBar]:
    """Everything that speaks against `roles` for a person of the provider `org` (None: of the council)."""
    wanted = frozenset(roles)
    found = []
    if not wanted:
        found.append(RoleBar.NO_ROLE)
    if org is None and wanted.intersection(PROVIDER_ROLES):
        found.append(RoleBar.PROVIDER_ROLE_WITHOUT_PROVIDER)
    if org is not None and wanted.intersection(COUNCIL_ROLES):
        found.append(RoleBar.COUNCIL_ROLE_IN_PROVIDER)
    return found


class PasswordFault(StrEnum):
    TOO_SHORT = "Use at least 12 characters"
    TOO_FEW_DIFFERENT = "Use at least 5 different characters"
    COMMON = "Choose something that is not in every list of passwords"
    NAMES_THE_PERSON = "Do not use your own name or email address"


_COMMON_BEGINNINGS = ("password", "qwerty", "letmein", "welcome", "admin", "iloveyou", "123456", "abcdef")


def faults_of_password(password: str, *, email: str, name: str) -> list[PasswordFault]:
    """Every reason not to accept `password` for the person `name` with the address `email`."""
    lowered = password.casefold()
    found = []
    if len(password) < 12:
        found.append(PasswordFault.TOO_SHORT)
    if len(set(password)) < 5:
        found.append(PasswordFault.TOO_FEW_DIFFERENT)
    if any(lowered.startswith(common) and len(lowered) - len(common) < 8 for common in _COMMON_BEGINNINGS):
        found.append(PasswordFault.COMMON)
    own = [email.partition("@")[0], *name.split()]
    if any(len(word) >= 4 and word.casefold() in lowered for word in own):
        found.append(PasswordFault.NAMES_THE_PERSON)
    return found
