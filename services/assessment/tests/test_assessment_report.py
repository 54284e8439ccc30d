import csv
from io import BytesIO, StringIO
from typing import Any

import make_assessment as make
import pytest
from docx import Document
from openpyxl import load_workbook
from sqlmodel import Session

from assay_kit.testing import NOON
from assessment.reports.readable import day

POOR = {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"}

IMPORTED = {"rating": "good", "source": "Register", "published_on": "2025-11-03"}


@pytest.fixture
def drafted(people: make.People, session: Session) -> str:
    return f"/v1/assessments/{make.drafted(people, session, {'1.1.1': 'poor', '3.1.1': 'poor'})}"


@pytest.fixture
def published(people: make.People, session: Session) -> str:
    return f"/v1/assessments/{make.published(people, session, POOR)}"


def plan_of(people: make.People) -> str:
    [plan] = make.ok(people.provider.get("/v1/remedial-plans"))["items"]
    return f"/v1/remedial-plans/{plan['id']}"


def words(content: bytes) -> str:
    """All that a Word file says, in the order of its body and then its tables."""
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


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
    assert first["own_narrative"] == "How we meet 1.1.1, with an example."
    assert (first["own_evidence"], first["evidence_kinds"]) == ([], ["documents", "people"])
    assert report["working"][-1] == "The rating is Requires improvement."
    make.ok(people.provider.post(f"{drafted}/accuracy-confirmation"))
    make.ok(people.officer.post(f"{drafted}/publication"))
    published = make.ok(people.auditor.get(f"{drafted}/report"))
    assert (published["is_draft"], published["rating"]) == (False, report["rating"])
    assert published["next_due_on"] is not None


def test_the_report_tells_every_change_after_the_draft(people: make.People, drafted: str) -> None:
    comment = {"question": "1.1.1", "comment": "The plan was signed in January; see the attached page."}
    made = make.ok(people.provider.post(f"{drafted}/accuracy-comments", json=comment))
    accepted = {"outcome": "accepted", "reason": "The signed page was seen and is dated.", "new_rating": "good"}
    make.ok(people.officer.post(f"{drafted}/accuracy-comments/{made['id']}/decision", json=accepted))
    [change] = make.ok(people.provider.get(f"{drafted}/report"))["changes"]
    assert (change["question"], change["before"], change["rating"], change["reason"]) == (
        "1.1.1",
        "poor",
        "good",
        accepted["reason"],
    )
    said = words(people.provider.get(f"{drafted}/report.docx").content)
    assert "Question 1.1.1: Poor became Good, by Oscar Officer on 2 March 2026. The signed page" in said


@pytest.mark.parametrize("what", ["report.pdf", "public-summary.pdf"])
def test_what_is_made_of_an_assessment_is_a_tagged_pdf(people: make.People, published: str, what: str) -> None:
    answer = people.provider.get(f"{published}/{what}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="ASM-2026-0001')
    assert answer.content.startswith(b"%PDF-")
    for mark in (b"/MarkInfo", b"/StructTreeRoot", b"pdfuaid:part", b"/Lang"):
        assert mark in answer.content


def test_the_report_in_word_says_what_the_report_says(people: make.People, drafted: str) -> None:
    answer = people.provider.get(f"{drafted}/report.docx")
    assert answer.headers["content-disposition"] == 'attachment; filename="ASM-2026-0001.docx"'
    assert "wordprocessingml" in answer.headers["content-type"]
    said = words(answer.content)
    for sentence in (
        "Draft assessment report",
        "Draft: not for publication",
        "Rating: Requires improvement",
        "Reason: What was seen about 1.1.1 does not bear out the answer.",
        "Domain 1, Domain 1: the weighted mean",
        "Invented Home Care",
        "A critical question at Poor caps its standard and the overall rating.",
    ):
        assert sentence in said, sentence
    assert "{" not in said
    headings = [p.style.name for p in Document(BytesIO(answer.content)).paragraphs if p.style is not None]
    assert {"Title", "Heading 1", "Heading 2", "Heading 3"} <= set(headings)


def test_the_action_plan_is_data_pdf_and_word(people: make.People, published: str) -> None:
    plan = plan_of(people)
    read = make.ok(people.provider.get(f"{plan}/report"))
    assert (read["service_name"], read["rating"]) == ("Invented Home Care", "requires_improvement")
    assert len(read["issues"]) == 3
    action = {"description": "Train <all> & check", "owner": "Manager", "due_on": "2026-03-31", "measure": "Trained"}
    make.ok(people.provider.post(f"{plan}/issues/{read['issues'][0]['id']}/actions", json=action))
    pdf = people.officer.get(f"{plan}/report.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert b"pdfuaid:part" in pdf.content
    said = words(people.officer.get(f"{plan}/report.docx").content)
    for sentence in ("Train <all> & check", "31 March 2026", "No action has been written yet.", "Not yet verified"):
        assert sentence in said, sentence
    for form in ("report", "report.pdf", "report.docx"):
        assert people.other_provider.get(f"{plan}/{form}").status_code == 404


def test_the_public_summary_names_the_rating_and_nothing_that_anybody_wrote(
    people: make.People, session: Session, published: str, drafted: str
) -> None:
    answer = people.officer.get(f"{published}/public-summary")
    summary = make.ok(answer)
    assert (summary["rating"], summary["published_on"], summary["next_due_on"]) == (
        "requires_improvement",
        "2026-03-02",
        "2026-09-02",
    )
    assert summary["sentence"] == "The council rates this service Requires improvement, from 3 standards in 3 domains."
    assert "bear out" not in answer.text
    assert "Oscar" not in answer.text
    assert people.officer.get(f"{drafted}/public-summary").json()["type"] == "/problems/not-published"
    service = make.care_service(session)
    imported = IMPORTED | {"care_service_id": str(service.id)}
    row = make.ok(people.manager.post("/v1/imported-ratings", json=imported))
    assert people.officer.get(f"/v1/assessments/{row['id']}/public-summary").json()["type"] == "/problems/no-result"


def test_the_public_summary_says_what_limited_the_rating(people: make.People, session: Session) -> None:
    """Every domain may be Good where the whole is not."""
    published = make.published(people, session, {"3.1.1": "poor"})
    url = f"/v1/assessments/{published}/public-summary"
    summary = make.ok(people.officer.get(url))
    assert summary["limiters"][-1] == (
        "A critical question at Poor caps its standard and the overall rating. "
        "It applied to overall because of question 3.1.1: Good became Requires improvement."
    )
    assert people.officer.get(f"{url}.pdf").content.startswith(b"%PDF-")


def test_nobody_else_reads_the_report(people: make.People, drafted: str) -> None:
    assert people.other_provider.get(f"{drafted}/report.pdf").status_code == 404
    assert people.other_provider.get(f"{drafted}/report.docx").status_code == 404
    assert people.viewer.get(f"{drafted}/report").status_code == 403


def test_a_day_in_a_document_is_a_day_in_london() -> None:
    assert day(NOON.replace(month=7, hour=23, minute=30)) == "3 July 2026"
    assert day(NOON.date()) == "2 March 2026"
    assert day(None) == "None"


# --- tables -------------------------------------------------------------------------------------


def csv_of(people: make.People, path: str, **query: str) -> list[dict[str, str]]:
    answer = people.officer.get(f"/v1/{path}", params=query)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.text)))


def sheet_of(people: make.People, path: str) -> list[dict[str, Any]]:
    [sheet] = load_workbook(BytesIO(people.officer.get(f"/v1/{path}").content)).worksheets
    header, *rows = sheet.values
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_the_programme_leaves_the_house_as_csv_and_as_a_workbook(
    people: make.People, session: Session, published: str
) -> None:
    [row] = csv_of(people, "programme.csv")
    assert (row["service"], row["provider"], row["due_on"], row["cause"], row["overdue"]) == (
        "Invented Home Care",
        "Invented Care Ltd",
        "2026-09-02",
        "follow_up",
        "false",
    )
    make.ok(people.officer.post("/v1/assessments", json={"care_service_id": row["care_service_id"]}))
    [row] = sheet_of(people, "programme.xlsx")
    assert (row["assessment"], row["status"], str(row["due_on"])[:10]) == (
        "ASM-2026-0002",
        "scheduled",
        "2026-09-02",
    )


def test_the_results_leave_the_house_as_csv_and_as_a_workbook(
    people: make.People, session: Session, published: str
) -> None:
    service = make.care_service(session, name="=HYPERLINK(1)")
    imported = IMPORTED | {"care_service_id": str(service.id)}
    make.ok(people.manager.post("/v1/imported-ratings", json=imported))
    old, new = csv_of(people, "results.csv")
    assert (old["imported"], old["rating"], old["percent"], old["service"]) == ("true", "good", "", "'=HYPERLINK(1)")
    assert (new["reference"], new["rating"], new["percent"], new["published_on"]) == (
        "ASM-2026-0001",
        "requires_improvement",
        "58.33",
        "2026-03-02",
    )
    assert (new["domain_1_percent"], new["domain_1_rating"], new["self_assessed"]) == (
        "58.33",
        "requires_improvement",
        "true",
    )
    assert [row["reference"] for row in csv_of(people, "results.csv", first="2026-01-01")] == ["ASM-2026-0001"]
    assert [row["percent"] for row in sheet_of(people, "results.xlsx")] == [None, 58.33]
    none = people.officer.get("/v1/results.csv", params={"first": "2026-03-02", "last": "2026-03-01"})
    assert none.json()["type"] == "/problems/period-is-none"


def test_the_documents_say_what_the_provider_wrote_and_what_the_officer_saw(people: make.People, drafted: str) -> None:
    said = words(people.provider.get(f"{drafted}/report.docx").content)
    assert "In the provider's words: How we meet 1.1.1, with an example." in said
    assert "What the officer saw: documents, people" in said
    assert "Evidence that the provider named" not in said
    assert people.provider.get(f"{drafted}/report.pdf").content.startswith(b"%PDF")
