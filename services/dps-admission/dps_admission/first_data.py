"""What the product ships with: the four procedure profiles and a question set. Each is put in once, and never again."""

import json
from datetime import datetime
from importlib.resources import files
from typing import Any

from sqlmodel import Session

from assay_kit.identity import SYSTEM
from assay_kit.settings import Settings
from dps_admission.question_sets.actions import draft_question_set, publish_question_set
from dps_admission.question_sets.content import QuestionSetContent
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.schemes.actions import publish_profile
from dps_admission.schemes.profiles import ProfileContent
from dps_admission.schemes.repository import Schemes

DEFAULT_SET = "Care and support: selection and quality"


def put_first_data(session: Session, _: Settings, *, now: datetime) -> None:
    """Repeatable: it adds what is missing and changes nothing."""
    seed_profiles(session, now=now)
    seed_question_set(session, now=now)


def seed_profiles(session: Session, *, now: datetime) -> None:
    there = {profile.regime for profile in Schemes(session).profiles()}
    for content in _shipped("profiles.json"):
        profile = ProfileContent.model_validate(content)
        if profile.regime not in there:
            publish_profile(session, profile, by=SYSTEM, now=now)


def seed_question_set(session: Session, *, now: datetime) -> None:
    if QuestionSets(session).last_version(DEFAULT_SET):
        return
    content = QuestionSetContent.model_validate(_shipped("question_set.json"))
    drafted = draft_question_set(session, name=DEFAULT_SET, content=content, by=SYSTEM, now=now)
    publish_question_set(session, drafted.id, by=SYSTEM, now=now)


def _shipped(name: str) -> Any:
    return json.loads((files("dps_admission") / "defaults" / name).read_text(encoding="utf-8"))
