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
    recipient = Recipient(provider_id=provider_id)
    _write(session, template, recipient, about=about, personalisation=personalisation, now=now, once=once)


def write_to_managers(
    session: Session,
    template: str,
    *,
    about: UUID,
    personalisation: Mapping[str, str],
    now: datetime,
    once: str = "",
) -> None:
    recipient = Recipient(role=Role.COMMISSIONING_MANAGER)
    _write(session, template, recipient, about=about, personalisation=personalisation, now=now, once=once)


def _write(
    session: Session,
    template: str,
    to: Recipient,
    *,
    about: UUID,
    personalisation: Mapping[str, str],
    now: datetime,
    once: str = "",
) -> None:
    tell(
        session,
        MessageRequested(
            about=about,
            reference=":".join(("dps", template, str(about), *filter(None, (once,)))),
            template=template,
            to=to,
            personalisation=dict(personalisation),
            at=now,
        ),
    )
