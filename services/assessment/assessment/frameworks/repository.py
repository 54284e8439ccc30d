"""Reads and writes framework versions. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from assay_contracts.roles import Role
from assay_kit.identity import Principal
from assessment.tables import FrameworkRow

from .errors import FrameworkNotFound, NoFramework
from .framework import Framework
from .rules import FrameworkStatus

# Published documents by their id: the database lets them change no more, and reading one takes longer than a whole
# request should.
_read: dict[UUID, Framework] = {}


class Frameworks:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: FrameworkRow) -> None:
        self._session.add(row)

    def remove(self, row: FrameworkRow) -> None:
        self._session.delete(row)
        self._session.flush()

    def all(self) -> Sequence[FrameworkRow]:
        return self._session.exec(select(FrameworkRow).order_by(col(FrameworkRow.version).desc()).limit(200)).all()

    def seen(self, by: Principal) -> Sequence[FrameworkRow]:
        """Every version that `by` may see, the newest first."""
        return [row for row in self.all() if row.status != FrameworkStatus.DRAFT or by.has(Role.ADMINISTRATOR)]

    def seen_by(self, by: Principal | None, version: int) -> FrameworkRow:
        """A draft is what the council still thinks about: only administrators find it. None is somebody unknown."""
        found = self.row(version)
        if found.status == FrameworkStatus.DRAFT and not (by and by.has(Role.ADMINISTRATOR)):
            raise FrameworkNotFound(version)
        return found

    def find(self, version: int, *, lock: bool = False) -> FrameworkRow | None:
        statement = select(FrameworkRow).where(FrameworkRow.version == version)
        return self._session.exec(statement.with_for_update() if lock else statement).one_or_none()

    def row(self, version: int, *, lock: bool = False) -> FrameworkRow:
        found = self.find(version, lock=lock)
        if found is None:
            raise FrameworkNotFound(version)
        return found

    def published_before(self, version: int) -> Sequence[FrameworkRow]:
        """The published versions of a lower number, locked."""
        statement = select(FrameworkRow).where(
            FrameworkRow.status == FrameworkStatus.PUBLISHED, FrameworkRow.version < version
        )
        return self._session.exec(statement.order_by(col(FrameworkRow.version)).with_for_update()).all()

    def current(self) -> tuple[UUID, Framework]:
        """The newest published version: what an assessment scheduled now is pinned to."""
        newest = (
            select(FrameworkRow.id)
            .where(FrameworkRow.status == FrameworkStatus.PUBLISHED)
            .order_by(col(FrameworkRow.version).desc())
            .limit(1)
        )
        found = self._session.exec(newest).one_or_none()
        if found is None:
            raise NoFramework
        return found, self.of(found)

    def of(self, framework_id: UUID) -> Framework:
        """The document of a version; a published one is read once per process."""
        if framework_id in _read:
            return _read[framework_id]
        row = self._session.get_one(FrameworkRow, framework_id)
        found = Framework.model_validate(row.content)
        if row.status != FrameworkStatus.DRAFT:
            _read[framework_id] = found
        return found

    def versions(self) -> dict[UUID | None, int]:
        """The version numbers by id."""
        return dict(self._session.exec(select(FrameworkRow.id, FrameworkRow.version)).all())
