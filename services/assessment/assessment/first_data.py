"""What this service ships with: the assessment framework, published as version 1 unless it is there already."""

from datetime import datetime

from sqlmodel import Session

from assay_kit.settings import Settings
from assessment.frameworks.actions import publish_shipped_framework


def put_first_data(session: Session, settings: Settings, *, now: datetime) -> None:
    """Repeatable: it adds what is missing and changes nothing."""
    publish_shipped_framework(session, now=now)
