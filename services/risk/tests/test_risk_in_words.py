"""A scoring model in words says every number that it holds."""

from pathlib import Path

from make_facts import POLICY
from make_risk import ClientAs, provider
from sqlmodel import Session

from assay_contracts.roles import Role
from risk.scoring_models.in_words import DOCS_PAGES, NAMES, WORDS, in_words
from risk.scoring_models.policy import Indicator, Level

PAGE = Path(__file__).parents[3] / "docs" / "how-a-band-is-worked-out.md"


def test_the_page_is_what_the_shipped_model_says() -> None:
    assert {PAGE.name: PAGE.read_text(encoding="utf-8")} == DOCS_PAGES


def test_every_indicator_and_every_level_of_it_is_named() -> None:
    text = in_words(POLICY, source="A trial.")
    sections = text.split("### ")[1:]
    assert [each.splitlines()[0] for each in sections] == [f"{n}. {NAMES[key]}" for n, key in enumerate(Indicator, 1)]
    for key, section in zip(Indicator, sections, strict=True):
        said = {level for level in Level if WORDS[level] in section}
        meant = set(_levels(POLICY.model_dump()[key]))
        assert meant <= said, key


def _levels(part: object) -> list[Level]:
    match part:
        case Level():
            return [part]
        case dict():
            return [level for each in part.values() for level in _levels(each)]
        case list() | tuple():
            return [level for each in part for level in _levels(each)]
        case _:
            return []


def test_another_model_says_other_numbers() -> None:
    band = POLICY.band.model_copy(update={"red_points": 9, "green_known_percent": 80, "red_serious_count": 1})
    text = in_words(POLICY.model_copy(update={"band": band, "more": {"complaints": {"months": 6}}}), source="A trial.")
    for said in ("9 points or more", "at least 80%", "one serious level", "### Complaints", "months 6"):
        assert said in text


def test_any_version_can_be_read_in_words(client_as: ClientAs) -> None:
    said = client_as(Role.SOCIAL_CARE_ASSESSOR).get("/v1/scoring-models/1/in-words").json()
    assert said["text"].startswith("# How a band is worked out\n\nThis is scoring model version 1")


def test_a_provider_reads_the_rule_in_force_by_which_it_is_judged(session: Session, client_as: ClientAs) -> None:
    own = client_as(Role.PROVIDER_USER, org=provider(session).id, name="Pat")
    read = own.get("/v1/scoring-models/in-force/in-words").json()
    assert read["version"] == 1
    assert "scoring model version 1" in read["text"]
    assert own.get("/v1/scoring-models/1/in-words").status_code == 403
    policy = POLICY.model_dump(mode="json")
    policy["band"]["red_points"] = 9
    wanted = {"title": "Nine", "change_note": "Red from nine points on.", "policy": policy}
    assert client_as(Role.ADMINISTRATOR, name="Adam").post("/v1/scoring-models", json=wanted).status_code == 201
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    assert manager.post("/v1/scoring-models/2/approval", json={"edition": 1}).status_code == 200
    read = own.get("/v1/scoring-models/in-force/in-words").json()
    assert (read["version"], "9 points or more" in read["text"]) == (2, True)
