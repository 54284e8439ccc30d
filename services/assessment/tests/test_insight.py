from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import make_assessment as make
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_many import publish_many
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from assay_contracts.roles import Role
from assay_kit.testing import NOON, Time, do_due
from assessment.insight.figures import FIGURES
from assessment.insight.rules import FEWEST_COMPARED, FEWEST_OWNERS, Other, quartiles
from assessment.insight.tables import PublishedAnswer, PublishedDomain, PublishedFigure

HARSH = {"1.1.1": "poor", "1.1.2": "requires_improvement", "2.1.1": "excellent"}


def rows_of(people: make.People, path: str, **query: str) -> dict[str, dict[str, Any]]:
    return {each["key"]: each for each in make.ok(people.manager.get(f"/v1/insight/{path}", params=query))["items"]}


# --- self beside validated ----------------------------------------------------------------------


def test_the_gap_is_counted_by_question_provider_and_officer(people: make.People, session: Session) -> None:
    make.published(people, session, HARSH)
    make.published(people, session)
    questions = rows_of(people, "gaps-by-question")
    assert len(questions) == 9
    first = questions["1.1.1"]
    assert (first["answers"], first["mean_gap"], first["agreed_percent"]) == (2, "-1", "50")
    assert (first["lowered"], first["raised"], first["framework_version"]) == (1, 0, 2)
    assert first["name"] == "What is done about matter 1.1.1?"
    assert questions["2.1.1"]["raised"] == 1
    [provider] = rows_of(people, "gaps-by-provider").values()
    # 18 answers: 2 and 1 points lower, 1 higher
    assert (provider["key"], provider["name"]) == (str(make.PROVIDER), "Invented Care Ltd")
    assert provider["mean_gap"] == "-0.11"
    assert (provider["assessments"], provider["answers"], provider["agreed_percent"]) == (2, 18, "83.33")
    [officer] = rows_of(people, "gaps-by-officer").values()
    assert (officer["key"], officer["name"], officer["changed_after_draft"]) == (
        "person:oscar-officer",
        "Oscar Officer",
        0,
    )


def test_an_officer_is_measured_by_what_was_found_and_what_was_changed_later_is_counted(
    people: make.People, session: Session
) -> None:
    url = f"/v1/assessments/{make.drafted(people, session, {'1.1.1': 'poor'})}"
    comment = {"question": "1.1.1", "comment": "The plan was signed in January; see the attached page."}
    made = make.ok(people.provider.post(f"{url}/accuracy-comments", json=comment))
    accepted = {"outcome": "accepted", "reason": "The signed page was seen and is dated.", "new_rating": "good"}
    make.ok(people.officer.post(f"{url}/accuracy-comments/{made['id']}/decision", json=accepted))
    make.ok(people.provider.post(f"{url}/accuracy-confirmation"))
    make.ok(people.officer.post(f"{url}/publication"))
    assert rows_of(people, "gaps-by-question")["1.1.1"]["mean_gap"] == "0"
    [officer] = rows_of(people, "gaps-by-officer").values()
    assert (officer["lowered"], officer["changed_after_draft"], officer["mean_gap"]) == (1, 1, "-0.22")


def test_gaps_are_of_a_period_and_a_type_and_not_of_what_was_withdrawn(
    people: make.People, session: Session, at: Time
) -> None:
    service = make.care_service(session)
    wrong = make.published(people, session, service=service)
    assert rows_of(people, "gaps-by-provider", first="2026-03-02", last="2026-03-02")
    assert rows_of(people, "gaps-by-provider", first="2026-03-03") == {}
    assert rows_of(people, "gaps-by-provider", last="2026-03-01") == {}
    assert rows_of(people, "gaps-by-provider", service_type="nursing_care") == {}
    none = people.manager.get("/v1/insight/gaps-by-question", params={"first": "2026-03-02", "last": "2026-03-01"})
    assert none.json()["type"] == "/problems/period-is-none"
    at.now = NOON + timedelta(days=1)
    right = make.published(people, session, HARSH, service=service)
    make.withdrawn(people, wrong, right, "It rested on the records of another service.")
    [provider] = rows_of(people, "gaps-by-provider").values()
    assert provider["assessments"] == 1


def test_the_calibration_of_officers_is_for_managers_and_auditors(people: make.People) -> None:
    assert people.officer.get("/v1/insight/gaps-by-officer").status_code == 403
    assert people.provider.get("/v1/insight/gaps-by-provider").status_code == 403
    make.ok(people.auditor.get("/v1/insight/gaps-by-officer"))


def test_figures_that_were_not_kept_at_the_time_are_kept_by_themselves(people: make.People, session: Session) -> None:
    publish_many(session, 130, versions=[2])
    assert FIGURES.next(session) == NOON
    assert rows_of(people, "gaps-by-question") == {}
    do_due(session, NOON)
    assert FIGURES.next(session) is None
    assert sum(each["assessments"] for each in rows_of(people, "gaps-by-provider").values()) == 130


def test_figures_that_are_kept_stay(people: make.People, session: Session) -> None:
    make.published(people, session)
    for table in (PublishedFigure, PublishedDomain, PublishedAnswer):
        assert session.exec(select(table)).first() is not None
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.execute(delete(table))
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.connection().execute(text("UPDATE published_figure SET percent = 100"))


# --- how ratings are spread ---------------------------------------------------------------------


def test_the_spread_counts_the_rating_that_stands_of_each_service(
    people: make.People, session: Session, at: Time
) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    at.now = NOON + timedelta(days=1)
    make.published(people, session, {"1.1.1": "poor", "1.1.2": "poor", "3.1.1": "poor"}, service=service)
    nursing = make.care_service(session, type="nursing_care")
    imported = {"rating": "poor", "source": "Register", "published_on": "2025-11-03"} | {
        "care_service_id": str(nursing.id)
    }
    make.ok(people.manager.post("/v1/imported-ratings", json=imported))
    spread = make.ok(people.officer.get("/v1/insight/distribution"))
    counts = {each["service_type"]: (each["services"], each["ratings"]) for each in spread["by_service_type"]}
    assert counts["home_care"][0] == 1
    assert counts["home_care"][1]["requires_improvement"] == 1
    assert counts["nursing_care"][1]["poor"] == 1
    domains = {each["code"]: each["ratings"] for each in spread["by_domain"]}
    assert domains["1"]["requires_improvement"] == domains["2"]["good"] == 1


# --- then and now -------------------------------------------------------------------------------


def test_an_assessment_is_compared_with_the_one_before(people: make.People, session: Session, at: Time) -> None:
    service = make.care_service(session)
    first = make.published(people, session, {"1.1.1": "poor", "2.1.1": "excellent"}, service=service)
    alone = make.ok(people.provider.get(f"/v1/assessments/{first}/comparison"))
    assert (alone["before"], alone["domains"], alone["questions"]) == (None, [], [])
    at.now = NOON + timedelta(days=200)
    second = make.drafted(people, session, {"1.1.1": "excellent"}, service=service)
    found = make.ok(people.provider.get(f"/v1/assessments/{second}/comparison"))
    assert (found["before"]["assessment_id"], found["same_framework"]) == (first, True)
    domains = {each["code"]: (each["change"], each["direction"]) for each in found["domains"]}
    assert domains == {"1": ("25", "better"), "2": ("-8.33", "worse"), "3": ("0", "same")}
    questions = {each["code"]: (each["before"], each["now"], each["direction"]) for each in found["questions"]}
    assert questions["1.1.1"] == ("poor", "excellent", "better")
    assert questions["2.1.1"] == ("excellent", "good", "worse")
    assert (len(questions), len(found["standards"])) == (9, 3)


def test_another_version_is_said_and_an_imported_rating_is_compared_by_its_rating_only(
    people: make.People, session: Session
) -> None:
    service = make.care_service(session)
    older = {"care_service_id": str(service.id), "rating": "poor", "source": "Register", "published_on": "2025-11-03"}
    make.ok(people.manager.post("/v1/imported-ratings", json=older))
    drafted = make.drafted(people, session, service=service)
    found = make.ok(people.officer.get(f"/v1/assessments/{drafted}/comparison"))
    assert (found["before"]["rating"], found["before"]["percent"], found["before"]["imported"]) == ("poor", None, True)
    assert (found["now"]["rating"], found["same_framework"], found["domains"]) == ("good", False, [])


@pytest.mark.parametrize("what", ["comparison", "benchmark"])
def test_nothing_is_compared_before_the_draft(people: make.People, session: Session, what: str) -> None:
    url = f"/v1/assessments/{make.validated(people, session)}/{what}"
    for person in (people.officer, people.manager, people.provider):
        assert person.get(url).json()["type"] == "/problems/draft-not-issued"
    assert people.other_provider.get(url).status_code == 404


# --- beside others ------------------------------------------------------------------------------


def test_nothing_is_shown_beside_fewer_than_five_others(people: make.People, session: Session) -> None:
    own = make.published(people, session)
    url = f"/v1/assessments/{own}/benchmark"
    owners = [uuid4() for _ in range(FEWEST_OWNERS)]
    for number in range(FEWEST_COMPARED - 1):
        publish_of(people, session, owners[number % 3], {"1.1.1": "poor"} if number % 2 else None)
    few = make.ok(people.provider.get(url))
    assert few["overall"]["is_suppressed"]
    assert (few["overall"]["services"], few["overall"]["median"], few["overall"]["percent"]) == (None, None, "75")
    assert all(line["is_suppressed"] and line["median"] is None for line in few["domains"])
    publish_of(people, session, owners[0])
    enough = make.ok(people.provider.get(url))
    assert (enough["overall"]["services"], enough["overall"]["median"]) == (5, "75")
    assert enough["overall"]["lower_quartile"] == "69"  # of 69.44 twice and 75 thrice
    assert [line["code"] for line in enough["domains"]] == ["1", "2", "3"]
    nursing = make.published(people, session, service=make.care_service(session, type="nursing_care"))
    assert make.ok(people.provider.get(f"/v1/assessments/{nursing}/benchmark"))["overall"]["is_suppressed"]


def publish_of(
    people: make.People, session: Session, owner: UUID, but: Mapping[str, str] | None = None, **about: Any
) -> None:
    """A published rating of a service of that provider."""
    their = make.People(people.client_as, provider_id=owner)
    make.published(their, session, but, service=make.care_service(session, owner, **about))


def test_nobody_is_told_what_one_competitor_has(people: make.People, session: Session) -> None:
    """Neither beside services of one's own, whose figures one knows, nor beside those of a single other."""
    own = make.published(people, session)
    url = f"/v1/assessments/{own}/benchmark"
    for _ in range(FEWEST_COMPARED - 1):
        make.published(people, session)
    competitor = uuid4()
    publish_of(people, session, competitor, {"1.1.1": "poor"})
    assert make.ok(people.provider.get(url))["overall"]["is_suppressed"]
    for _ in range(FEWEST_COMPARED):
        publish_of(people, session, competitor)
    for reader in (people.provider, people.officer):
        assert make.ok(reader.get(url))["overall"]["is_suppressed"]


def test_what_has_ended_is_no_longer_counted(people: make.People, session: Session, at: Time) -> None:
    last_day = NOON.date() + timedelta(days=9)
    own = make.published(people, session)
    for _ in range(FEWEST_COMPARED):
        publish_of(people, session, uuid4(), ended_on=last_day)

    def counted() -> tuple[int | None, int]:
        benchmark = make.ok(people.provider.get(f"/v1/assessments/{own}/benchmark"))["overall"]["services"]
        spread = make.ok(people.officer.get("/v1/insight/distribution"))["by_service_type"]
        return benchmark, next(each["services"] for each in spread if each["service_type"] == "home_care")

    at.now = NOON + timedelta(days=9)
    assert counted() == (FEWEST_COMPARED, FEWEST_COMPARED + 1)
    at.now = NOON + timedelta(days=10)
    assert counted() == (None, 1)


@given(st.lists(st.tuples(st.sampled_from([uuid4() for _ in range(4)]), st.decimals(0, 100, places=2)), max_size=40))
def test_quartiles_are_whole_in_order_and_of_five_of_three_at_least(values: list[tuple[UUID, Decimal]]) -> None:
    found = quartiles([Other(provider_id=owner, percent=percent) for owner, percent in values])
    enough = len(values) >= FEWEST_COMPARED and len({owner for owner, _ in values}) >= FEWEST_OWNERS
    assert (found is not None) == enough
    if found is not None:
        assert list(found) == sorted(found)
        assert all(each == int(each) for each in found)
        assert sum(percent <= found[1] + 1 for _, percent in values) * 2 >= len(values)
        assert min(percent for _, percent in values) - 1 <= found[0]


# --- the programme ------------------------------------------------------------------------------


def test_progress_counts_what_is_due_under_way_published_and_late(
    people: make.People, session: Session, at: Time
) -> None:
    service = make.care_service(session)
    make.published(people, session, {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"}, service=service)
    make.scheduled(people, session)
    at.now = NOON + timedelta(days=190)
    late = make.ok(people.officer.get("/v1/insight/programme"))
    assert (late["first"], late["last"], late["overdue_assessments"], late["overdue_plans"]) == (
        "2026-01-01",
        "2026-12-31",
        1,
        1,
    )
    months = {each["month"]: each for each in late["months"]}
    assert (months["2026-09"]["due"], months["2026-09"]["overdue"]) == (1, 1)
    assert (months["2026-03"]["published"], months["2026-03"]["were_due"]) == (1, 0)
    assert [(each["status"], each["count"]) for each in late["under_way"]] == [("scheduled", 1)]
    assert [(each["status"], each["count"]) for each in late["plans"]] == [("awaiting_plan", 1)]
    assert late["officers"][0]["published"] == 1
    make.published(people, session, service=service)
    after = {each["month"]: each for each in make.ok(people.officer.get("/v1/insight/programme"))["months"]}
    assert (after["2026-09"]["published"], after["2026-09"]["were_due"], after["2026-09"]["in_time"]) == (1, 1, 0)


def test_strangers_to_the_council_see_none_of_it(people: make.People, client_as: make.ClientAs) -> None:
    for path in ("gaps-by-question", "distribution", "programme"):
        assert people.provider.get(f"/v1/insight/{path}").status_code == 403
        assert client_as(Role.ADULT_CARE_VIEWER, name="Vi").get(f"/v1/insight/{path}").status_code == 403
    assert people.other_provider.get(f"/v1/assessments/{uuid4()}/benchmark").status_code == 404
