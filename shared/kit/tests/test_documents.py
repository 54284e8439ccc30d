"""Documents hold their data as text, whatever was written into it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from assay_kit.documents import DocumentFailed, html, pdf, word

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPST = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, author: "Assay")
#set text(lang: "en", region: "GB")
= #data.title
#for each in data.reasons [- #each]
#data.at("score") on #data.at("on")
"""
DATA: dict[str, Any] = {
    "title": "Decision — £5 & more",
    "reasons": ["*bold* #panic() <b>", "second"],
    "score": Decimal("59.96"),
    "on": date(2026, 3, 2),
}


@pytest.fixture
def typst_template(tmp_path: Path) -> Path:
    template = tmp_path / "letters" / "decision.typ"
    template.parent.mkdir()
    template.write_text(TYPST, encoding="utf-8")
    return template


@pytest.fixture
def word_template(tmp_path: Path) -> Path:
    document = Document()
    document.add_heading("{{ title }}")
    document.add_paragraph("{% for each in reasons %}[{{ each }}]{% endfor %} {{ score }}")
    document.save(str(tmp_path / "decision.docx"))
    return tmp_path / "decision.docx"


def test_a_pdf_is_tagged_and_says_that_it_is_accessible(typst_template: Path) -> None:
    made = pdf(typst_template, DATA, now=NOW)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part" in made
    assert b"/StructTreeRoot" in made
    assert b"/Lang" in made


def test_the_same_data_gives_the_same_pdf(typst_template: Path) -> None:
    assert pdf(typst_template, DATA, now=NOW) == pdf(typst_template, DATA, now=NOW)
    assert pdf(typst_template, DATA, now=NOW) != pdf(typst_template, {**DATA, "score": Decimal(60)}, now=NOW)


def test_a_pdf_without_a_title_is_refused(typst_template: Path) -> None:
    typst_template.write_text('#set text(lang: "en")\nHello', encoding="utf-8")
    with pytest.raises(DocumentFailed, match="title"):
        pdf(typst_template, {}, now=NOW)


def test_a_pdf_names_what_its_data_lacks(typst_template: Path) -> None:
    with pytest.raises(DocumentFailed, match=r"decision\.typ.*reasons"):
        pdf(typst_template, {"title": "x"}, now=NOW)


def test_a_template_reads_no_file_outside_its_folder(typst_template: Path) -> None:
    (typst_template.parent.parent / "secret.txt").write_text("hunter2", encoding="utf-8")
    typst_template.write_text(TYPST + '#read("../secret.txt")', encoding="utf-8")
    with pytest.raises(DocumentFailed):
        pdf(typst_template, DATA, now=NOW)


def test_word_holds_what_was_written_as_text(word_template: Path) -> None:
    document = Document(BytesIO(word(word_template, DATA)))
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "Decision — £5 & more",
        "[*bold* #panic() <b>][second] 59.96",
    ]


def test_tags_in_what_people_wrote_are_not_run(word_template: Path) -> None:
    document = Document(BytesIO(word(word_template, {**DATA, "reasons": ["{{ score }}", "{% raw %}"]})))
    assert document.paragraphs[1].text == "[{{ score }}][{% raw %}] 59.96"


def test_what_no_document_can_show_is_left_out_and_line_breaks_are_kept(word_template: Path) -> None:
    strange = {**DATA, "reasons": ["a\x00b\x0b\x0c\x1b\ufffe", "one\r\ntwo"]}
    document = Document(BytesIO(word(word_template, strange)))
    assert document.paragraphs[1].text == "[ab][one\ntwo] 59.96"


def test_a_pdf_can_be_made_of_strange_text(typst_template: Path) -> None:
    strange = {**DATA, "reasons": ["a\x00b\x0b\x0c\x1b\ufffe", "one\r\ntwo"]}
    assert pdf(typst_template, strange, now=NOW).startswith(b"%PDF")


def test_word_names_what_its_data_lacks(word_template: Path) -> None:
    with pytest.raises(DocumentFailed, match=r"decision\.docx.*score"):
        word(word_template, {"title": "x", "reasons": []})


def test_a_page_shows_what_was_written_and_runs_none_of_it(tmp_path: Path) -> None:
    template = tmp_path / "decision.html"
    template.write_text("<h1>{{ title }}</h1>{% for each in reasons %}<p>{{ each }}</p>{% endfor %}", encoding="utf-8")
    made = html(template, DATA | {"reasons": ["<script>alert(1)</script>", "{{ title }}"]})
    assert "<h1>Decision — £5 &amp; more</h1>" in made
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p><p>{{ title }}</p>" in made


def test_a_page_that_names_what_is_not_there_is_ours_to_repair(tmp_path: Path) -> None:
    template = tmp_path / "decision.html"
    template.write_text("{{ nothing }}", encoding="utf-8")
    with pytest.raises(DocumentFailed, match=r"decision\.html"):
        html(template, DATA)
