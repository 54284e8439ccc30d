"""What the product ships with: four procedure profiles and two question sets. Each is put in once, never again."""

import json
from datetime import datetime
from importlib.resources import files
from typing import Any

from sqlmodel import Session

from assay_kit.identity import SYSTEM
from assay_kit.settings import Settings
from dps_admission.question_sets.actions import draft_question_set, publish_question_set
from dps_admission.question_sets.content import QuestionSetContent, Section
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.question_sets.rules import under_the_2023_act
from dps_admission.schemes.actions import publish_profile
from dps_admission.schemes.profiles import ProfileContent
from dps_admission.schemes.repository import Schemes

DEFAULT_SET = "Care and support: selection and quality"
SET_OF_2023_ACT = "Care and support: selection and quality, under the Procurement Act 2023"
"""Its grounds of exclusion are those of Schedules 6 and 7, and it asks for no insurance before award."""


def put_first_data(session: Session, _: Settings, *, now: datetime) -> None:
    """Repeatable: it adds what is missing and changes nothing."""
    seed_profiles(session, now=now)
    seed_question_sets(session, now=now)


def seed_profiles(session: Session, *, now: datetime) -> None:
    there = {profile.regime for profile in Schemes(session).profiles()}
    for content in _shipped("profiles.json"):
        profile = ProfileContent.model_validate(content)
        if profile.regime not in there:
            publish_profile(session, profile, by=SYSTEM, now=now)


def seed_question_sets(session: Session, *, now: datetime) -> None:
    content = QuestionSetContent.model_validate(_shipped("question_set.json"))
    exclusions = [Section.model_validate(one) for one in _shipped("exclusions_2023.json")]
    for name, shipped in ((DEFAULT_SET, content), (SET_OF_2023_ACT, under_the_2023_act(content, exclusions))):
        if not QuestionSets(session).last_version(name):
            drafted = draft_question_set(session, name=name, content=shipped, by=SYSTEM, now=now)
            publish_question_set(session, drafted.id, by=SYSTEM, now=now)


def _shipped(name: str) -> Any:
    return json.loads((files("dps_admission") / "defaults" / name).read_text(encoding="utf-8"))
