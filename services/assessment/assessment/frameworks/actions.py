"""What administrators do to frameworks, and the publishing of the shipped one at the first start."""

from datetime import datetime

from sqlmodel import Session

from assay_kit.freeze import content_hash
from assay_kit.identity import SYSTEM, Principal
from assay_kit.timeline import begin, take
from assessment.tables import FrameworkRow

from .errors import FrameworkRefused, NotADraft, VersionTaken
from .framework import Framework
from .reading import FrameworkInvalid, read, shipped
from .repository import Frameworks
from .rules import FRAMEWORK_LIFE, FrameworkStatus, FrameworkStep


def draft_framework(session: Session, text: str, *, by: Principal, now: datetime) -> FrameworkRow:
    """Take a framework file in as a draft version."""
    try:
        framework = read(text)
    except FrameworkInvalid as invalid:
        raise FrameworkRefused(invalid.mistakes) from invalid
    return _draft(session, framework, by=by, now=now)


def publish_framework(session: Session, version: int, *, by: Principal, now: datetime) -> FrameworkRow:
    """Publish a draft whole; from here on the database refuses to change it. The versions before it are retired: what
    is under way keeps the version that it was scheduled under."""
    row = Frameworks(session).row(version, lock=True)
    row.published_by = by.subject
    row.published_at = now
    take(session, row, FrameworkStep.PUBLISH, FRAMEWORK_LIFE, by=by, now=now)
    for earlier in Frameworks(session).published_before(version):
        take(session, earlier, FrameworkStep.RETIRE, FRAMEWORK_LIFE, by=by, now=now)
    return row


def discard_framework(session: Session, version: int) -> None:
    """Throw a draft away; what was published stays for ever."""
    frameworks = Frameworks(session)
    row = frameworks.row(version, lock=True)
    if row.status != FrameworkStatus.DRAFT:
        raise NotADraft(version)
    frameworks.remove(row)


def publish_shipped_framework(session: Session, *, now: datetime) -> None:
    """Publish the framework that comes with the product, unless its version is there already. Repeatable."""
    framework = shipped()
    if Frameworks(session).find(framework.version) is not None:
        return
    _draft(session, framework, by=SYSTEM, now=now)
    publish_framework(session, framework.version, by=SYSTEM, now=now)


def _draft(session: Session, framework: Framework, *, by: Principal, now: datetime) -> FrameworkRow:
    frameworks = Frameworks(session)
    if frameworks.find(framework.version) is not None:
        raise VersionTaken(framework.version)
    content = framework.model_dump(mode="json", by_alias=True)
    row = FrameworkRow(
        version=framework.version,
        name=framework.name,
        content=content,
        content_hash=content_hash(content),
        drafted_by=by.subject,
        drafted_at=now,
    )
    frameworks.add(row)
    begin(session, row, FRAMEWORK_LIFE, by=by, now=now, step="draft")
    return row
