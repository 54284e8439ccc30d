"""An eleventh indicator: one file, found by itself, part of the models that say something of it and of no other."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from make_facts import POLICY, facts, occurrences
from make_risk import TODAY, green_service
from sqlmodel import Session

from assay_kit.testing import NOON
from risk import indicators
from risk.bands.hindsight import concealed
from risk.bands.repository import Bands
from risk.bands.rules import IN_CONFIDENCE, Band
from risk.bands.working import work_out
from risk.indicators import registry
from risk.indicators.facts import Event
from risk.intelligence.rules import Kind
from risk.scoring_models import consistency
from risk.scoring_models.consistency import faults_of
from risk.scoring_models.policy import Indicator, Level
from risk.tables import Intelligence

ELEVENTH = '''
"""Indicator 11: substantiated complaints of the last months. Pure."""

from risk.indicators.facts import Facts
from risk.indicators.months import months_before
from risk.indicators.reading import Reading, State, plural
from risk.indicators.spec import added
from risk.scoring_models.policy import Ladder, Months

KEY = "complaints"


class Parameters(Ladder):
    months: Months


def read(facts: Facts, said: Parameters) -> Reading:
    after = months_before(facts.on, said.months)
    counted = [each for each in facts.events if each.kind == "complaint" and each.substantiated and each.on > after]
    return Reading(
        indicator=KEY,
        state=State.KNOWN,
        level=said.level(len(counted)),
        reason=f"{plural(len(counted), 'complaint', 'complaints')} in {said.months} months.",
        as_of=facts.on,
    )


SPEC = added(KEY, Parameters, read, kinds=frozenset({"complaint"}))
'''
SAID = {"months": 6, "steps": [{"up_to": 1, "level": "none"}, {"up_to": None, "level": "serious"}]}
WITH_COMPLAINTS = POLICY.model_copy(update={"more": {"complaints": SAID}})
TWO = tuple(Event(kind="complaint", on=date(2026, 2, day), substantiated=True) for day in (10, 11))


@pytest.fixture
def eleventh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The one file, where indicators are looked for."""
    (tmp_path / "complaints.py").write_text(ELEVENTH, encoding="utf-8")
    monkeypatch.setattr(indicators, "__path__", [*indicators.__path__, str(tmp_path)])
    found = registry.discovered()
    monkeypatch.setattr(registry, "INDICATORS", found)
    monkeypatch.setattr(consistency, "INDICATORS", found)
    yield
    sys.modules.pop("risk.indicators.complaints")


def test_the_ten_come_in_the_order_of_the_papers() -> None:
    assert list(registry.INDICATORS) == [key.value for key in Indicator]


@pytest.mark.usefixtures("eleventh")
def test_an_eleventh_counts_where_the_model_says_something_of_it() -> None:
    worked = work_out(facts(events=TWO), WITH_COMPLAINTS, model_version=2)
    assert worked.levels["complaints"] is Level.SERIOUS
    assert (worked.verdict.band, worked.verdict.reasons) == (Band.AMBER, ("2 complaints in 6 months.",))


@pytest.mark.usefixtures("eleventh")
def test_an_eleventh_leaves_the_models_before_it_and_their_results_as_they_were() -> None:
    before = work_out(facts(), POLICY, model_version=1)
    assert len(before.readings) == 10
    assert work_out(facts(events=TWO), POLICY, model_version=1) == before


@pytest.mark.usefixtures("eleventh")
@pytest.mark.parametrize(
    ("said", "field"),
    [
        (SAID | {"months": 0}, "more.complaints.months"),
        (SAID | {"steps": [{"up_to": 1, "level": "none"}]}, "more.complaints.steps"),
        (SAID | {"weeks": 3}, "more.complaints.weeks"),
    ],
)
def test_what_a_model_says_of_an_eleventh_is_validated_as_the_rest(said: dict[str, object], field: str) -> None:
    wrong = POLICY.model_copy(update={"more": {"complaints": said}})
    assert [fault.field for fault in faults_of(wrong)] == [field]
    assert faults_of(WITH_COMPLAINTS) == []


@pytest.mark.parametrize("key", ["complaints", "food_hygiene"])
def test_a_model_says_nothing_of_what_is_no_indicator_beyond_the_ten(key: str) -> None:
    wrong = POLICY.model_copy(update={"more": {key: {}}})
    assert [fault.field for fault in faults_of(wrong)] == [f"more.{key}"]


@pytest.mark.usefixtures("eleventh")
def test_what_an_eleventh_looks_at_is_gathered_for_the_models_that_have_it(session: Session) -> None:
    service = green_service(session)
    for day, is_substantiated in ((10, True), (11, False)):
        session.add(
            Intelligence(
                kind=Kind.COMPLAINT,
                provider_id=service.provider_id,
                care_service_id=service.id,
                event_on=TODAY.replace(month=2, day=day),
                source="Letter",
                system="assay",
                restricted=False,
                substantiated=is_substantiated,
                details={},
                content_hash=str(day),
                recorded_at=NOON,
                recorded_by="person:olga",
                recorded_by_name="Olga",
            )
        )
    session.flush()
    [of_ten] = Bands(session).known([service.id], POLICY, now=NOON)
    [of_eleven] = Bands(session).known([service.id], POLICY, WITH_COMPLAINTS, now=NOON)
    assert of_ten.facts.events == ()
    assert [(each.on.day, each.substantiated) for each in of_eleven.facts.events] == [(10, True), (11, False)]


@pytest.mark.usefixtures("eleventh")
def test_what_an_eleventh_says_of_restricted_entries_is_in_confidence_whatever_its_file_says() -> None:
    complaints = tuple(each.model_copy(update={"restricted": True}) for each in TWO)
    worked = work_out(facts(events=complaints), WITH_COMPLAINTS, model_version=2)
    assert worked.readings[-1].confidential
    assert worked.verdict.open_reasons == (IN_CONFIDENCE,)
    assert not work_out(facts(events=TWO), WITH_COMPLAINTS, model_version=2).readings[-1].confidential
    unrelated = facts(events=TWO, deaths=occurrences(TODAY, restricted=True))
    assert not work_out(unrelated, WITH_COMPLAINTS, model_version=2).readings[-1].confidential


@pytest.mark.usefixtures("eleventh")
def test_a_complaint_that_is_restricted_later_is_concealed_in_what_was_worked_out_before() -> None:
    then = concealed(facts(events=TWO), {("complaint", TWO[0].on), ("whistleblowing", TWO[1].on)})
    assert [each.restricted for each in then.events] == [True, False]
    assert work_out(then, WITH_COMPLAINTS, model_version=2).readings[-1].confidential
