from importlib import resources

import pytest

from assessment.frameworks.reading import SHIPPED, FrameworkInvalid, read, shipped

TEXT = (resources.files("assessment.frameworks") / "content" / SHIPPED).read_text(encoding="utf-8")


def line_of(fragment: str, text: str = TEXT) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if fragment in line)


def test_the_shipped_framework_has_five_domains_sixteen_standards_and_enough_questions() -> None:
    framework = shipped()
    standards = list(framework.standards())
    assert [domain.name for domain in framework.domains] == [
        "Involvement and information",
        "Personalised care and support",
        "Safeguarding and safety",
        "Suitability of staffing",
        "Quality of management",
    ]
    assert len(standards) == 16
    assert len(list(framework.questions())) >= 64
    assert min(len(standard.questions) for standard in standards) >= 4
    assert any(question.critical for question in framework.questions())


@pytest.mark.parametrize(
    ("old", "new", "at", "why"),
    [
        ('code: "1.1.2"', 'code: "1.1.1"', 'code: "1.1.1"', "used more than once"),
        ("applies_to: [nursing]", "applies_to: [hospitals]", "applies_to: [hospitals]", "hospitals is neither"),
        ("{rating: good, from: 63}", "{rating: good, from: 93}", "from: 93", "from the best down"),
        ("{rating: poor, from: 0}", "{rating: poor, from: 1}", "{rating: poor, from: 1}", "starts at 0"),
        ('domain: "3"', 'domain: "9"', 'domain: "9"', "no domain 9"),
        ("good: 3,", "good: 4,", "good: 4,", "fall from excellent"),
        ("self_assessment_days: 28", "self_assessment_days: many", "self_assessment_days: many", "integer"),
        ("critical: true", "critcal: true", "critcal: true", "Extra inputs"),
        ("kind: domains_at", "kind: domains_over", "two_domains_requiring_improvement", "kind"),
        ("name: Consent", "name: Consent\n        name: Twice", "name: Twice", "written twice"),
        ('code: "5.3.5"', "code: 5.35", "code: 5.35", "valid string"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, at: str, why: str) -> None:
    assert old in TEXT
    broken = TEXT.replace(old, new, 1)
    with pytest.raises(FrameworkInvalid) as invalid:
        read(broken)
    lines = [mistake.line for mistake in invalid.value.mistakes if why in mistake.why]
    assert line_of(at, broken) in lines, invalid.value


def test_every_mistake_is_told_at_once() -> None:
    broken = TEXT.replace("from: 88", "from: 188").replace("red_band_days: 28", "red_band_days: 0")
    with pytest.raises(FrameworkInvalid) as invalid:
        read(broken)
    assert len(invalid.value.mistakes) == 2
    assert str(invalid.value).startswith(f"line {line_of('red_band_days')}")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: [", 1),
        ("- a list", 1),
        ("", 1),
        ("name: x\n\tversion: 1", 2),
        ("a: &x [1]\nb: *x", 2),
        ("[" * 5000, 1),
        ("name: x\nversion: !!python/object:os.system 1", 2),
        ("name: 2026-13-32", 1),
        ("a: 1\nversion: !!int x", 2),
        ("a: 1\nb: 2\nversion: !!int ''", 3),
        ("a: 1\nb: [1,\n !!timestamp x]", 3),
        ("a: 1\nb: !!bool x", 2),
        ("a: 1\nb: !!float x", 2),
        ("name: x\n[a]: 1", 2),
        ("? {a: b}", 1),
        ("name:\n  x: [{[a]: 1}]", 2),
        ("name: !foo b", 1),
        ("name: x\n<<: 3", 2),
    ],
)
def test_what_is_not_a_framework_at_all_is_refused_with_a_line(text: str, line: int) -> None:
    with pytest.raises(FrameworkInvalid) as invalid:
        read(text)
    assert invalid.value.mistakes[0].line == line
