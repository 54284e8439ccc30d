from typing import Any

import pytest

from assay_kit.steps import Life
from assay_kit.testing import NOON
from assessment.assessments.rules import LIFE, Cause, NotSelfAssessed, Status, may_go_without_answers
from assessment.frameworks.rules import FRAMEWORK_LIFE
from assessment.reassessments.rules import REQUEST_LIFE
from assessment.remedial_actions.rules import PLAN_LIFE


@pytest.mark.parametrize("life", [LIFE, FRAMEWORK_LIFE, PLAN_LIFE, REQUEST_LIFE], ids=lambda life: life.name)
def test_every_state_can_be_reached(life: Life[Any, Any]) -> None:
    assert life.unreachable == frozenset()


def test_only_cancelled_and_withdrawn_lead_nowhere() -> None:
    assert LIFE.final == {Status.CANCELLED, Status.WITHDRAWN}


def test_a_draft_is_the_only_way_to_publication() -> None:
    assert {status for (status, _), after in LIFE.steps.items() if after is Status.PUBLISHED != status} == {
        Status.DRAFT_ISSUED,
        Status.SENIOR_REVIEW,
    }
    assert {status for (status, _), after in LIFE.steps.items() if after is Status.DRAFT_ISSUED != status} == {
        Status.VALIDATING
    }


@pytest.mark.parametrize("cause", Cause)
def test_only_responsive_assessments_do_without_answers_before_they_are_overdue(cause: Cause) -> None:
    allowed = may_go_without_answers(NotSelfAssessed.RESPONSIVE_VISIT, cause=cause, due_at=NOON, now=NOON) is None
    assert allowed == (cause in {Cause.RESPONSIVE, Cause.RED_BAND})
