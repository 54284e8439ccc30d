"""Published assessments by the thousand, with every answer, for what looks at all of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text
from sqlmodel import Session

from assay_contracts.directory import CareServiceType
from assay_kit.database import new_id
from assay_kit.freeze import content_hash
from assay_kit.testing import NOON
from assessment.assessments.rules import Cause, Status
from assessment.frameworks.framework import Framework
from assessment.frameworks.repository import Frameworks
from assessment.rating.answers import AnswerRating, ResultCause
from assessment.rating.rules import rate
from assessment.tables import AnswerChange, Assessment, AssessmentResult, SelfAnswer, ValidatedAnswer

# How often each answer is drawn, the best first: services that do well, and services that do not.
ANSWERS = list(AnswerRating)
LEANINGS = ((9, 2, 0, 0, 1), (3, 6, 2, 0, 1), (1, 3, 6, 2, 1), (0, 1, 2, 9, 1))
_BATCH = 250
_STAMP = text("""
    UPDATE assessment SET answers_closed_at = :at, submitted_at = :at, signed_by = 'p', signed_name = 'P',
        signed_position = 'Manager', draft_issued_at = :at, draft_issued_by = 'person:officer',
        accuracy_closes_at = :at, accuracy_closed_at = :at, validation_began_by = 'person:officer'
    WHERE id = ANY(:ids)
""")
_PUBLISH = text("""
    UPDATE assessment a SET status = 'published', published_at = :at, published_by = 'person:officer',
        rating = r.rating, result_hash = r.trace_hash, next_due_on = :next
    FROM assessment_result r WHERE r.assessment_id = a.id AND a.id = ANY(:ids)
""")


@dataclass(frozen=True, kw_only=True)
class Made:
    """One assessment, yet to be written down."""

    row: dict[str, Any]
    framework: Framework
    own: dict[str, AnswerRating]
    found: dict[str, AnswerRating]
    changed: dict[str, AnswerRating]


def publish_many(session: Session, count: int, *, versions: Sequence[int], seed: int = 1) -> list[UUID]:
    """That many published assessments of as many services, in turn under those framework versions; drawn, yet always
    the same. Some had a finding changed after the draft."""
    chance = random.Random(seed)
    frameworks = [(row.id, Frameworks(session).of(row.id)) for row in map(Frameworks(session).row, versions)]
    ids: list[UUID] = []
    for start in range(0, count, _BATCH):
        batch = [
            _drawn(chance, number, *frameworks[number % len(frameworks)])
            for number in range(start, min(start + _BATCH, count))
        ]
        _write(session, batch, NOON)
        ids += [made.row["id"] for made in batch]
    return ids


def _drawn(chance: random.Random, number: int, framework_id: UUID, framework: Framework) -> Made:
    kind = chance.choice(list(CareServiceType))
    codes = [question.code for question in framework.questions_for(kind)]
    found = dict(zip(codes, chance.choices(ANSWERS, chance.choice(LEANINGS), k=len(codes)), strict=True))
    own = {code: answer if chance.random() < 0.8 else chance.choice(ANSWERS) for code, answer in found.items()}
    changed = {chance.choice(codes): chance.choice(ANSWERS)} if number % 7 == 0 else {}
    row = {
        "id": new_id(),
        "reference": f"MANY-{number:05d}",
        "care_service_id": uuid4(),
        "provider_id": uuid4(),
        "service_type": kind,
        "framework_id": framework_id,
        "cause": Cause.ANNUAL,
        "status": Status.VALIDATING,
        "imported": False,
        "scheduled_at": NOON,
        "opens_on": NOON.date(),
        "answers_due_at": NOON,
        "evidence_hashes": {},
        "version": 1,
    }
    return Made(row=row, framework=framework, own=own, found=found, changed=changed)


def _write(session: Session, batch: Sequence[Made], at: datetime) -> None:
    ids = [made.row["id"] for made in batch]
    session.execute(insert(Assessment), [made.row for made in batch])
    session.execute(insert(SelfAnswer), [each for made in batch for each in _own(made, at)])
    session.execute(insert(ValidatedAnswer), [each for made in batch for each in _found(made, at)])
    session.execute(_STAMP, {"at": at, "ids": ids})
    if changes := [each for made in batch for each in _changes(made, at)]:
        session.execute(insert(AnswerChange), changes)
    session.execute(insert(AssessmentResult), [_result(made, at) for made in batch])
    session.execute(_PUBLISH, {"at": at, "ids": ids, "next": (at + timedelta(days=365)).date()})


def _saved(made: Made, question: str, at: datetime) -> dict[str, Any]:
    saved = {"version": 1, "saved_by": "person:officer", "saved_name": "Oscar Officer", "saved_at": at}
    return {"id": new_id(), "assessment_id": made.row["id"], "question": question, **saved}


def _own(made: Made, at: datetime) -> list[dict[str, Any]]:
    return [
        _saved(made, code, at) | {"rating": rating, "narrative": "As always.", "evidence_ids": []}
        for code, rating in made.own.items()
    ]


def _found(made: Made, at: datetime) -> list[dict[str, Any]]:
    return [
        _saved(made, code, at) | {"agrees": made.own[code] == rating, "rating": rating, "evidence_kinds": ["records"]}
        for code, rating in made.found.items()
    ]


def _changes(made: Made, at: datetime) -> list[dict[str, Any]]:
    by = {"reason": "It was read wrongly.", "changed_by": "m", "changed_name": "Mary Manager", "changed_at": at}
    about = {"assessment_id": made.row["id"], "number": 1, "cause": ResultCause.SENIOR_REVIEW, **by}
    return [{"id": new_id(), "question": code, "rating": rating, **about} for code, rating in made.changed.items()]


def _result(made: Made, at: datetime) -> dict[str, Any]:
    trace = rate(made.framework, made.row["service_type"], made.found | made.changed)
    written = trace.model_dump(mode="json")
    return {
        "id": new_id(),
        "assessment_id": made.row["id"],
        "number": 1,
        "cause": ResultCause.DRAFT,
        "rating": trace.rating,
        "trace": written,
        "trace_hash": content_hash(written),
        "computed_at": at,
    }
