"""One walk over every operation: a stranger is not let in, a wrong role is refused, another provider finds nothing."""

from typing import Any

import make_assessment as make
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from assay_contracts.roles import Role

INSIDE = ("/health", "/ready", "/metrics", "/events", "/internal")
PUBLIC = {("get", "/v1/frameworks/{version}/rule")}


def operations(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, item in app.openapi()["paths"].items()
        if not path.startswith(INSIDE)
        for method, operation in item.items()
    ]


def test_a_stranger_is_turned_away_even_with_malformed_json(app: FastAPI, client_as: make.ClientAs) -> None:
    asked = [each for each in operations(app) if each[:2] not in PUBLIC]
    assert len(asked) > 40
    for method, path, _ in asked:
        answer = client_as().request(method, path, content="{", headers={"Content-Type": "application/json"})
        assert answer.status_code == 401, (method, path)


def test_a_wrong_role_is_refused_everywhere(app: FastAPI, client_as: make.ClientAs) -> None:
    asked = [each for each in operations(app) if each[2].get("x-roles")]
    assert len(asked) > 40
    for method, path, operation in asked:
        wrong = next(role for role in reversed(Role) if role.value not in operation["x-roles"])
        client: TestClient = client_as(wrong, name="Wrong Role")
        assert client.request(method, path, content="{").status_code == 403, (method, path)


def test_an_auditor_changes_nothing(app: FastAPI) -> None:
    changing = [
        (method, path)
        for method, path, operation in operations(app)
        if method != "get" and Role.AUDITOR.value in operation.get("x-roles", ())
    ]
    assert changing == [("post", "/v1/assessments/{assessment_id}/recomputation")]  # which stores nothing


def test_another_provider_finds_nothing_where_the_owner_is_answered(
    app: FastAPI, people: make.People, session: Session
) -> None:
    assessment_id = make.published(people, session, {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"})
    [plan] = make.ok(people.officer.get(f"/v1/remedial-plans?assessment_id={assessment_id}"))["items"]
    service_id = make.ok(people.officer.get(f"/v1/assessments/{assessment_id}"))["care_service_id"]
    ids = {"{assessment_id}": assessment_id, "{plan_id}": plan["id"], "{care_service_id}": service_id}
    walked = 0
    for method, path, operation in operations(app):
        named = {key: value for key, value in ids.items() if key in path}
        if method != "get" or not named or Role.PROVIDER_USER.value not in operation["x-roles"]:
            continue
        for key, value in named.items():
            path = path.replace(key, value)  # noqa: PLW2901 - the path with its ids filled in
        assert people.provider.get(path).is_success, path
        assert people.other_provider.get(path).status_code == 404, path
        walked += 1
    assert walked >= 12


def test_another_provider_can_do_nothing_that_the_owner_can(people: make.People, session: Session) -> None:
    assessment_id = make.scheduled(people, session)
    url = f"/v1/assessments/{assessment_id}"

    def only_the_owner(method: str, path: str, **body: Any) -> Any:
        assert people.other_provider.request(method, path, json=body).status_code == 404, path
        return make.ok(people.provider.request(method, path, json=body))

    only_the_owner("POST", f"{url}/self-assessment")
    for code in make.questions(people, assessment_id):
        only_the_owner("PUT", f"{url}/answers/{code}", rating="good")
    only_the_owner("POST", f"{url}/submission", **make.DECLARATION)
    make.ok(people.officer.post(f"{url}/validation", json={}))
    for code in make.questions(people, assessment_id):
        wanting = {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"}
        make.ok(people.officer.put(f"{url}/validated-answers/{code}", json=make.finding(code, wanting)))
    make.ok(people.officer.post(f"{url}/draft"))
    comment = only_the_owner("POST", f"{url}/accuracy-comments", question="1.1.1", comment="It is not as it says.")
    rejected = {"outcome": "rejected", "reason": "It was seen on both visits."}
    make.ok(people.officer.post(f"{url}/accuracy-comments/{comment['id']}/decision", json=rejected))
    only_the_owner("POST", f"{url}/accuracy-confirmation")
    only_the_owner("POST", f"{url}/dispute", reason="It is not as it says.")
    make.ok(people.manager.post(f"{url}/senior-review"))
    upheld = {"outcome": "upheld", "reason": "It was seen on both visits."}
    make.ok(people.manager.post(f"{url}/senior-review/outcome", json=upheld))
    make.ok(people.manager.post(f"{url}/publication"))
    only_the_owner("POST", f"{url}/recomputation")

    [plan] = make.ok(people.provider.get("/v1/remedial-plans"))["items"]
    plan_url = f"/v1/remedial-plans/{plan['id']}"
    action = {"description": "Train", "owner": "Manager", "due_on": "2026-04-01", "measure": "All trained"}
    for issue in make.ok(people.provider.get(plan_url))["issues"]:
        made = only_the_owner("POST", f"{plan_url}/issues/{issue['id']}/actions", **action)
    only_the_owner("PUT", f"{plan_url}/actions/{made['id']}", **action)
    only_the_owner("POST", f"{plan_url}/submission")
    make.ok(people.officer.post(f"{plan_url}/approval"))
    only_the_owner("POST", f"{plan_url}/actions/{made['id']}/progress", progress="done", note="All trained.")
