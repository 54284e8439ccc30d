"""HTTP for the council's settings: read by staff as of any day, set by administrators, every version kept."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from assay_contracts.roles import COUNCIL_ROLES, Scope
from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.identity import Principal, allow
from assay_kit.problems import StaleEdit, may_answer
from assay_kit.text import Day
from directory.dependencies import Administrator, Staff
from directory.tables import CouncilSetting

from . import actions
from .errors import SettingNotFound, ValueRefused
from .repository import CouncilSettings, dated
from .rules import DEFINITIONS, Definition, in_force
from .schemas import SettingIn, SettingRead, SettingVersionRead

SettingReader = Annotated[Principal, allow(*COUNCIL_ROLES, Scope.DIRECTORY_READ, Scope.COPIES_READ)]
SettingKey = Annotated[str, Path(max_length=100, pattern=r"^[a-z_.]+$")]
AsAt = Annotated[Day | None, Query(description="As of this day; today without it.")]

router = APIRouter(prefix="/settings", tags=["settings"])


async def get_council_settings(session: SessionDep) -> CouncilSettings:
    return CouncilSettings(session)


SettingsRoom = Annotated[CouncilSettings, Depends(get_council_settings)]


@router.get("", summary="List the council's settings")
def list_settings(settings: SettingsRoom, by: SettingReader, now: Now, as_at: AsAt = None) -> list[SettingRead]:
    versions = settings.all_versions()
    day = as_at or london_day(now)
    return [_read(each, versions.get(each.key, []), day) for each in DEFINITIONS.values()]


@router.get("/{key}", summary="Read a setting", responses=may_answer(SettingNotFound))
def read_setting(
    key: SettingKey, settings: SettingsRoom, by: SettingReader, now: Now, response: Response, as_at: AsAt = None
) -> SettingRead:
    said = _read(settings.definition(key), settings.history(key), as_at or london_day(now))
    set_etag(response, said.version)
    return said


@router.get(
    "/{key}/history",
    summary="Every version of a setting",
    response_model=list[SettingVersionRead],
    responses=may_answer(SettingNotFound),
)
def read_setting_history(key: SettingKey, settings: SettingsRoom, by: Staff) -> Sequence[CouncilSetting]:
    settings.definition(key)
    return settings.history(key)


@router.put("/{key}", summary="Set a setting", responses=may_answer(SettingNotFound, ValueRefused, StaleEdit))
def set_setting(
    key: SettingKey,
    wanted: SettingIn,
    settings: SettingsRoom,
    by: Administrator,
    read: IfMatch,
    now: Now,
    response: Response,
) -> SettingRead:
    actions.set_value(
        key,
        wanted.value,
        settings,
        effective_from=wanted.effective_from,
        reason=wanted.reason,
        expected=read,
        by=by,
        now=now,
    )
    said = _read(settings.definition(key), settings.history(key), london_day(now))
    set_etag(response, said.version)
    return said


def _read(definition: Definition, versions: Sequence[CouncilSetting], day: date) -> SettingRead:
    held = in_force(dated(versions), on=day)
    return SettingRead(
        key=definition.key,
        says=definition.says,
        accepts=definition.schema(),
        value=held.value if held else definition.default,
        is_default=held is None,
        version=max((each.version for each in versions), default=0),
        effective_from=held.effective_from if held else None,
    )
