"""A remedial action plan that follows four findings, at its first stages."""

from typing import Any

import make_assessment as make
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_kit.testing import told

WANTING = {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor", "3.1.2": "requires_improvement"}
ACTION = {
    "description": "Write every plan again with the person.",
    "owner": "Registered manager",
    "due_on": "2026-03-31",
    "measure": "Ten plans sampled are in the person's own words.",
}


def asked_for(people: make.People, session: Session) -> dict[str, Any]:
    """A plan that is awaited."""
    assessment_id = make.published(people, session, WANTING)
    [found] = make.ok(people.provider.get(f"/v1/remedial-plans?assessment_id={assessment_id}"))["items"]
    return dict(make.ok(people.provider.get(f"/v1/remedial-plans/{found['id']}")))


def url(plan: dict[str, Any]) -> str:
    return f"/v1/remedial-plans/{plan['id']}"


def act_on_all(people: make.People, plan: dict[str, Any], **about: str) -> list[dict[str, Any]]:
    return [
        make.ok(people.provider.post(f"{url(plan)}/issues/{issue['id']}/actions", json=ACTION | about))
        for issue in plan["issues"]
    ]


def approve(people: make.People, plan: dict[str, Any]) -> dict[str, Any]:
    """The same plan with an action for every issue, submitted and approved."""
    act_on_all(people, plan)
    make.ok(people.provider.post(f"{url(plan)}/submission"))
    make.ok(people.officer.post(f"{url(plan)}/approval"))
    return dict(make.ok(people.officer.get(url(plan))))


def messages(session: Session, template: str) -> list[MessageRequested]:
    return [each for each in told(session, MessageRequested) if each.template == template]
