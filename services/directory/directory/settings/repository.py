"""Reads and writes council settings: versions are added, never changed. No rules here."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from assay_kit.calendar import london_day
from assay_kit.problems import StaleEdit
from directory.saving import refusing_doubles
from directory.tables import CouncilSetting

from .errors import SettingNotFound
from .rules import DEFINITIONS, SIGNATURE, Dated, Definition, in_force


class CouncilSettings:
    def __init__(self, session: Session) -> None:
        self._session = session

    def definition(self, key: str) -> Definition:
        if key not in DEFINITIONS:
            raise SettingNotFound(key)
        return DEFINITIONS[key]

    def history(self, key: str) -> Sequence[CouncilSetting]:
        wanted = select(CouncilSetting).where(CouncilSetting.key == key).order_by(col(CouncilSetting.version).desc())
        return self._session.exec(wanted).all()

    def all_versions(self) -> dict[str, list[CouncilSetting]]:
        found: dict[str, list[CouncilSetting]] = {}
        for version in self._session.exec(select(CouncilSetting).order_by(col(CouncilSetting.version))):
            found.setdefault(version.key, []).append(version)
        return found

    def text(self, key: str, *, now: datetime) -> str:
        """The value of a setting that is text, as of today."""
        held = in_force(dated(self.history(key)), on=london_day(now))
        return str(held.value if held else DEFINITIONS[key].default)

    def signature(self, *, now: datetime) -> str:
        """Who signs letters, and how to reach them: a line for each of these settings that is set."""
        versions, today = self.all_versions(), london_day(now)
        held = {key: in_force(dated(versions.get(key, [])), on=today) for key in SIGNATURE}
        lines = [each.value if each else DEFINITIONS[key].default for key, each in held.items()]
        return "\n".join(str(line) for line in lines if line is not None)

    def add(self, setting: CouncilSetting) -> None:
        """Two who save at once: the second is told that what it read is stale."""
        stale = StaleEdit(f"Somebody set {setting.key} in the same moment. Read it again and repeat your change.")
        with refusing_doubles(self._session, stale):
            self._session.add(setting)


def dated(versions: Sequence[CouncilSetting]) -> list[Dated]:
    return [Dated(version=v.version, effective_from=v.effective_from, value=v.value) for v in versions]
