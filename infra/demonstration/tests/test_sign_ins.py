"""The sign-ins that are printed are those of people who are there."""

from pathlib import Path

import pytest

from assay_kit.settings import Mode, Settings, Span
from demonstration.sign_ins import sign_ins


@pytest.mark.parametrize(("span", "are_there"), [(Span.WHOLE, True), (Span.SHORT, True), (Span.PEOPLE, False)])
def test_providers_sign_in_where_there_are_providers(tmp_path: Path, span: Span, are_there: bool) -> None:
    settings = Settings(home=tmp_path, mode=Mode.DEMONSTRATION, demonstration=span, database_url="")
    emails = [person.email for person in sign_ins(settings)]
    assert "officer@council.example" in emails
    assert any(not email.endswith("@council.example") for email in emails) is are_there
