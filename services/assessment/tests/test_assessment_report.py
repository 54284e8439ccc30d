import make_assessment as make
import pytest
from sqlmodel import Session


@pytest.fixture
def drafted(people: make.People, session: Session) -> str:
    return f"/v1/assessments/{make.drafted(people, session, {'1.1.1': 'poor', '3.1.1': 'poor'})}"


def test_the_report_holds_both_sides_answers_and_what_stands(people: make.People, drafted: str) -> None:
    report = make.ok(people.provider.get(f"{drafted}/report"))
    assert (report["is_draft"], report["service_name"], report["provider_name"]) == (
        True,
        "Invented Home Care",
        "Invented Care Ltd",
    )
    first = report["domains"][0]["standards"][0]["questions"][0]
    assert (first["own_rating"], first["found_rating"], first["rating"]) == ("good", "poor", "poor")
    assert first["reason"] == "What was seen about 1.1.1 does not bear out the answer."
    make.ok(people.provider.post(f"{drafted}/accuracy-confirmation"))
    make.ok(people.officer.post(f"{drafted}/publication"))
    published = make.ok(people.auditor.get(f"{drafted}/report"))
    assert (published["is_draft"], published["rating"]) == (False, report["rating"])
    assert published["next_due_on"] is not None


def test_the_report_is_a_tagged_pdf(people: make.People, drafted: str) -> None:
    answer = people.provider.get(f"{drafted}/report.pdf")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="ASM-2026-0001.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert b"/MarkInfo" in answer.content


def test_nobody_else_reads_the_report(people: make.People, drafted: str) -> None:
    assert people.other_provider.get(f"{drafted}/report.pdf").status_code == 404
    assert people.viewer.get(f"{drafted}/report").status_code == 403
