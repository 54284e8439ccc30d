"""HTTP for question sets. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import col

from assay_kit.etags import IfMatch, set_etag
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import StaleEdit, may_answer
from assay_kit.versions import VersionFrozen, VersionStatus
from dps_admission.authors import sees_drafts
from dps_admission.dependencies import Author, Now, Reader, SessionDep
from dps_admission.tables import QuestionSet

from . import actions
from .content import QuestionSetContent
from .errors import QuestionSetNotFound, QuestionSetRefused
from .preview import Weighed, schema_of, weighed
from .repository import QuestionSets
from .rules import bars_to_content, bars_to_publishing, errors_in, questions_asked
from .schemas import (
    AnswerErrorRead,
    BarRead,
    ContentIn,
    PreviewQuestionRead,
    PreviewRead,
    QuestionSetIn,
    QuestionSetRead,
    QuestionSetSummary,
    TrialIn,
    TrialRead,
)

router = APIRouter(prefix="/question-sets", tags=["question sets"])


@router.get("", operation_id="list_question_sets")
def list_question_sets(session: SessionDep, by: Reader, page: PageQuery) -> Page[QuestionSetSummary]:
    wanted = QuestionSets(session).wanted(only_published=not sees_drafts(by))
    found = paginate(session, wanted, page, col(QuestionSet.name), col(QuestionSet.version))
    return found.map(QuestionSetSummary.model_validate)


@router.post("", operation_id="draft_question_set", status_code=201, responses=may_answer(QuestionSetRefused))
def draft_question_set(
    asked: QuestionSetIn, session: SessionDep, by: Author, now: Now, response: Response
) -> QuestionSetRead:
    drafted = actions.draft_question_set(session, name=asked.name, content=asked.content, by=by, now=now)
    return _read(drafted, response)


@router.get("/{question_set_id}", operation_id="read_question_set", responses=may_answer(QuestionSetNotFound))
def read_question_set(question_set_id: UUID, session: SessionDep, by: Reader, response: Response) -> QuestionSetRead:
    found = QuestionSets(session).get(question_set_id)
    if not sees_drafts(by) and found.status == VersionStatus.DRAFT:
        raise QuestionSetNotFound(question_set_id)
    return _read(found, response)


@router.put(
    "/{question_set_id}",
    operation_id="edit_question_set",
    responses=may_answer(QuestionSetNotFound, VersionFrozen, QuestionSetRefused, StaleEdit),
)
def edit_question_set(
    question_set_id: UUID, asked: ContentIn, read: IfMatch, session: SessionDep, by: Author, response: Response
) -> QuestionSetRead:
    edited = actions.edit_question_set(session, question_set_id, asked.content, read_revision=read)
    return _read(edited, response)


@router.post(
    "/{question_set_id}/publication",
    operation_id="publish_question_set",
    responses=may_answer(QuestionSetNotFound, VersionFrozen, QuestionSetRefused),
)
def publish_question_set(question_set_id: UUID, session: SessionDep, by: Author, now: Now) -> QuestionSetRead:
    published = actions.publish_question_set(session, question_set_id, by=by, now=now)
    return QuestionSetRead.model_validate(published)


@router.get(
    "/{question_set_id}/preview",
    operation_id="preview_question_set",
    summary="How a set looks and weighs, what keeps it from being published, and its answers as JSON Schema",
    responses=may_answer(QuestionSetNotFound),
)
def preview_question_set(question_set_id: UUID, session: SessionDep, by: Author) -> PreviewRead:
    content: QuestionSetContent = QuestionSets(session).content(question_set_id)
    bars = bars_to_publishing(content)
    return PreviewRead(
        missing=[BarRead.model_validate(bar) for bar in bars],
        questions=[_previewed(one) for one in weighed(content)],
        schema_of_drafts={} if bars_to_content(content) else schema_of(content, complete=False),
        schema_of_submissions={} if bars_to_content(content) else schema_of(content, complete=True),
    )


def _previewed(one: Weighed) -> PreviewQuestionRead:
    about = one.question.model_dump(include={"id", "text", "kind", "is_required", "word_limit", "only_when"})
    grading = one.question.grading.kind
    return PreviewQuestionRead(part=one.part, section=one.section, grading=grading, share=one.share, **about)


@router.post(
    "/{question_set_id}/trial",
    operation_id="try_question_set",
    summary="Try answers against a set; nothing is stored",
    responses=may_answer(QuestionSetNotFound),
)
def try_question_set(question_set_id: UUID, asked: TrialIn, session: SessionDep, by: Author) -> TrialRead:
    content: QuestionSetContent = QuestionSets(session).content(question_set_id)
    return TrialRead(
        asked=[question.id for question in questions_asked(content, asked.answers)],
        errors=[AnswerErrorRead.model_validate(error) for error in errors_in([content], asked.answers, complete=True)],
    )


def _read(found: QuestionSet, response: Response) -> QuestionSetRead:
    set_etag(response, found.revision)
    return QuestionSetRead.model_validate(found)
