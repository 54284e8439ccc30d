"""What this service asks the directory to tell people. The reference keeps one message from going out twice.

`once` tells apart several messages about one thing that use the same template.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.roles import Role
from assay_kit.events import tell


def letter_to_provider(
    provider_id: UUID,
    template: str,
    *,
    about: UUID,
    personalisation: Mapping[str, str],
    now: datetime,
    once: str = "",
) -> MessageRequested:
    """What asks for it, to be told with others."""
    to = Recipient(provider_id=provider_id)
    return _request(template, to, about=about, personalisation=personalisation, now=now, once=once)


def write_to_provider(
    session: Session,
    provider_id: UUID,
    template: str,
    *,
    about: UUID,
    personalisation: Mapping[str, str],
    now: datetime,
    once: str = "",
) -> None:
    to = Recipient(provider_id=provider_id)
    tell(session, _request(template, to, about=about, personalisation=personalisation, now=now, once=once))


def write_to_managers(
    session: Session,
    template: str,
    *,
    about: UUID,
    personalisation: Mapping[str, str],
    now: datetime,
    once: str = "",
) -> None:
    to = Recipient(role=Role.COMMISSIONING_MANAGER)
    tell(session, _request(template, to, about=about, personalisation=personalisation, now=now, once=once))


def _request(
    template: str, to: Recipient, *, about: UUID, personalisation: Mapping[str, str], now: datetime, once: str
) -> MessageRequested:
    return MessageRequested(
        about=about,
        reference=":".join(("dps", template, str(about), *filter(None, (once,)))),
        template=template,
        to=to,
        personalisation=dict(personalisation),
        at=now,
    )
