"""HTTP for frameworks. Translate, call one action, answer."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.problems import StepNotAllowed, may_answer
from assessment.dependencies import Administrator, SignedIn

from . import actions
from .differences import FrameworkDifferences, differences
from .errors import FrameworkNotFound, FrameworkRefused, NotADraft, VersionTaken
from .repository import Frameworks
from .rule_page import RulePage, rule_page
from .schemas import FrameworkFile, FrameworkRead, FrameworkSummary
from .writing import written

router = APIRouter(prefix="/frameworks", tags=["frameworks"])

Version = Annotated[int, Path(ge=1, le=10_000)]
_YAML = "application/yaml"


@router.get("", summary="Every framework version, newest first", operation_id="list_frameworks")
def list_frameworks(session: SessionDep, by: SignedIn) -> list[FrameworkSummary]:
    return [FrameworkSummary.of(row) for row in Frameworks(session).seen(by)]


@router.post(
    "",
    status_code=201,
    summary="Take in a framework file as a draft version",
    operation_id="draft_framework",
    responses=may_answer(FrameworkRefused, VersionTaken),
)
def draft_framework(file: FrameworkFile, session: SessionDep, by: Administrator, now: Now) -> FrameworkSummary:
    return FrameworkSummary.of(actions.draft_framework(session, file.yaml, by=by, now=now))


@router.get(
    "/{version}",
    summary="A framework version with all its questions",
    operation_id="read_framework",
    responses=may_answer(FrameworkNotFound),
)
def read_framework(version: Version, session: SessionDep, by: SignedIn) -> FrameworkRead:
    frameworks = Frameworks(session)
    row = frameworks.seen_by(by, version)
    return FrameworkRead(**FrameworkSummary.of(row).model_dump(), content=frameworks.of(row.id))


@router.get(
    "/{version}/file",
    summary="A framework version as a YAML file, which can be taken in again as another version",
    operation_id="read_framework_file",
    response_class=Response,
    responses={200: {"content": {_YAML: {"schema": {"type": "object"}}}}, **may_answer(FrameworkNotFound)},
)
def read_framework_file(version: Version, session: SessionDep, by: SignedIn) -> Response:
    frameworks = Frameworks(session)
    text = written(frameworks.of(frameworks.seen_by(by, version).id))
    headers = {"Content-Disposition": f'attachment; filename="framework-{version}.yaml"'}
    return Response(text, media_type=_YAML, headers=headers)


@router.get(
    "/{version}/differences",
    summary="What changed from one version to this one",
    operation_id="read_framework_differences",
    responses=may_answer(FrameworkNotFound),
)
def read_framework_differences(
    version: Version,
    since: Annotated[int, Query(ge=1, le=10_000, description="The version to compare with.")],
    session: SessionDep,
    by: SignedIn,
) -> FrameworkDifferences:
    frameworks = Frameworks(session)
    before, after = (frameworks.of(frameworks.seen_by(by, each).id) for each in (since, version))
    return FrameworkDifferences(before=since, after=version, items=differences(before, after))


@router.get(
    "/{version}/rule",
    summary="How answers become a rating: the public rule page",
    operation_id="read_rule_page",
    responses=may_answer(FrameworkNotFound),
)
def read_rule_page(version: Version, session: SessionDep) -> RulePage:
    frameworks = Frameworks(session)
    return rule_page(frameworks.of(frameworks.seen_by(None, version).id))


@router.post(
    "/{version}/publication",
    summary="Publish a draft version, which freezes it",
    operation_id="publish_framework",
    responses=may_answer(FrameworkNotFound, StepNotAllowed),
)
def publish_framework(version: Version, session: SessionDep, by: Administrator, now: Now) -> FrameworkSummary:
    return FrameworkSummary.of(actions.publish_framework(session, version, by=by, now=now))


@router.delete(
    "/{version}",
    status_code=204,
    summary="Discard a draft version, so that its number is free again",
    operation_id="discard_framework",
    responses=may_answer(FrameworkNotFound, NotADraft),
)
def discard_framework(version: Version, session: SessionDep, by: Administrator) -> None:
    actions.discard_framework(session, version)
