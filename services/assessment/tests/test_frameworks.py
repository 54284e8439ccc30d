from importlib import resources

import make_assessment as make
import pytest
import yaml
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_kit.testing import NOON
from assessment.first_data import put_first_data
from assessment.frameworks.reading import SHIPPED

TEXT = (resources.files("assessment.frameworks") / "content" / SHIPPED).read_text(encoding="utf-8")


def test_the_shipped_framework_is_published_once(client_as: make.ClientAs, session: Session) -> None:
    put_first_data(session, None, now=NOON)  # type: ignore[arg-type]  # it asks for no setting
    [only] = make.ok(make.People(client_as).provider.get("/v1/frameworks"))
    assert (only["version"], only["status"]) == (1, "published")


def test_the_rule_page_is_public_and_made_from_the_data(people: make.People, client_as: make.ClientAs) -> None:
    page = make.ok(client_as().get("/v1/frameworks/1/rule"))
    assert [(band["name"], band["at_least_percent"]) for band in page["bands"]] == [
        ("Excellent", "88"),
        ("Good", "63"),
        ("Requires improvement", "39"),
        ("Poor", "0"),
    ]
    assert sum(domain["questions"] for domain in page["domains"]) == 78
    assert "88 or more is Excellent, 63 or more is Good" in page["steps"][4]
    assert page["limiters"][0]["sentence"] in page["steps"]
    assert client_as().get("/v1/frameworks/1").status_code == 401


def test_a_new_version_is_drafted_published_and_then_frozen(people: make.People, session: Session) -> None:
    third = TEXT.replace("version: 1\n", "version: 3\n").replace("from: 88", "from: 90")
    drafted = people.administrator.post("/v1/frameworks", json={"yaml": third})
    assert (drafted.status_code, drafted.json()["status"]) == (201, "draft")
    published = make.ok(people.administrator.post("/v1/frameworks/3/publication"))
    assert published["status"] == "published"
    assert people.administrator.post("/v1/frameworks/3/publication").status_code == 409
    taken = people.administrator.post("/v1/frameworks", json={"yaml": third})
    assert taken.json()["type"] == "/problems/version-taken"
    read = make.ok(people.provider.get("/v1/frameworks/3"))
    assert read["content"]["bands"][0] == {"rating": "excellent", "from": "90"}
    for statement in (
        "UPDATE framework SET content = '{}'",
        "UPDATE framework SET status = 'draft'",
        "DELETE FROM framework",
    ):
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(f"{statement} WHERE version = 3"))


def test_a_version_is_retired_by_the_next_and_stays_so(people: make.People, session: Session) -> None:
    third = TEXT.replace("version: 1\n", "version: 3\n")
    make.ok(people.administrator.post("/v1/frameworks", json={"yaml": third}))
    assessment_id = make.scheduled(people, session)
    make.ok(people.administrator.post("/v1/frameworks/3/publication"))
    found = make.ok(people.provider.get("/v1/frameworks"))
    assert [(each["version"], each["status"]) for each in found] == [
        (3, "published"),
        (2, "retired"),
        (1, "retired"),
    ]
    assert make.ok(people.officer.get(f"/v1/assessments/{assessment_id}"))["framework_version"] == 2
    make.answered(people, assessment_id)
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.connection().execute(text("UPDATE framework SET status = 'published' WHERE version = 2"))


def test_mistakes_in_a_file_are_answered_with_their_lines(people: make.People) -> None:
    refused = people.administrator.post("/v1/frameworks", json={"yaml": TEXT.replace("from: 63", "from: 99")})
    assert refused.status_code == 409
    [mistake] = refused.json()["errors"]
    assert mistake["line"] == next(n for n, line in enumerate(TEXT.splitlines(), 1) if "from: 63" in line)


def test_only_an_administrator_drafts_and_publishes(people: make.People) -> None:
    assert people.manager.post("/v1/frameworks", json={"yaml": TEXT}).status_code == 403
    assert people.officer.post("/v1/frameworks/1/publication").status_code == 403
    assert people.administrator.get("/v1/frameworks/9").status_code == 404


def test_an_assessment_keeps_the_version_it_was_scheduled_under(people: make.People, session: Session) -> None:
    assessment_id = make.validated(people, session)
    strict = make.framework([[make.standard("1.1")], [make.standard("2.1")], [make.standard("3.1")]], version=3)
    make.publish(session, strict.model_copy(update={"name": "A stricter framework"}))
    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/draft"))
    assert make.ok(people.officer.get(f"/v1/assessments/{assessment_id}"))["framework_version"] == 2
    trace = make.ok(people.officer.get(f"/v1/assessments/{assessment_id}/draft"))["standing"]["trace"]
    assert trace["framework_version"] == 2


def test_what_is_exported_is_read_back_as_it_was(people: make.People) -> None:
    content = make.ok(people.administrator.get("/v1/frameworks/1"))["content"] | {"version": 4}
    text_again = yaml.safe_dump(content, sort_keys=False)
    assert people.administrator.post("/v1/frameworks", json={"yaml": text_again}).status_code == 201
    again = make.ok(people.administrator.get("/v1/frameworks/4"))["content"]
    assert again == content


def test_a_draft_is_for_administrators_alone_until_it_is_published(
    people: make.People, client_as: make.ClientAs
) -> None:
    make.ok(people.administrator.post("/v1/frameworks", json={"yaml": TEXT.replace("version: 1\n", "version: 3\n")}))
    addresses = [f"/v1/frameworks/3{rest}" for rest in ("", "/file", "/differences?since=1")]
    addresses += ["/v1/frameworks/1/differences?since=3"]

    def found(person: TestClient) -> tuple[set[int], list[int]]:
        return {person.get(each).status_code for each in addresses}, [
            each["version"] for each in make.ok(person.get("/v1/frameworks"))
        ]

    for person in (people.provider, people.officer, people.manager):
        assert found(person) == ({404}, [2, 1])
    assert found(people.administrator) == ({200}, [3, 2, 1])
    assert client_as().get("/v1/frameworks/3/rule").status_code == 404
    make.ok(people.administrator.post("/v1/frameworks/3/publication"))
    assert found(people.provider) == ({200}, [3, 2, 1])
    make.ok(client_as().get("/v1/frameworks/3/rule"))


def test_a_draft_is_discarded_and_its_number_free_again(people: make.People) -> None:
    third = TEXT.replace("version: 1\n", "version: 3\n")
    make.ok(people.administrator.post("/v1/frameworks", json={"yaml": third}))
    assert people.officer.delete("/v1/frameworks/3").status_code == 403
    assert people.administrator.delete("/v1/frameworks/3").status_code == 204
    make.ok(people.administrator.post("/v1/frameworks", json={"yaml": third.replace("from: 88", "from: 90")}))
    make.ok(people.administrator.post("/v1/frameworks/3/publication"))
    kept = people.administrator.delete("/v1/frameworks/3")
    assert (kept.status_code, kept.json()["type"]) == (409, "/problems/not-a-draft")
