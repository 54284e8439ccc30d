"""A framework goes out as a file, comes in as another version, and says what changed."""

from importlib import resources
from typing import Any

import make_assessment as make
import pytest

from assessment.frameworks.differences import differences
from assessment.frameworks.framework import Framework
from assessment.frameworks.reading import SHIPPED, read, shipped
from assessment.frameworks.writing import written

TEXT = (resources.files("assessment.frameworks") / "content" / SHIPPED).read_text(encoding="utf-8")


def test_a_file_that_was_written_is_read_back_as_the_same_framework() -> None:
    for framework in (shipped(), make.framework([[make.standard("1.1", weight="2.125")], [make.standard("2.1")]])):
        assert read(written(framework)) == framework
    assert "from: 88\n" in written(shipped())
    assert "weight: 2.125\n" in written(make.framework([[make.standard("1.1", weight="2.125")]]))


def test_an_exported_version_is_taken_in_as_the_next(people: make.People) -> None:
    exported = people.provider.get("/v1/frameworks/1/file")
    assert exported.headers["content-type"].startswith("application/yaml")
    text = exported.text.replace("\nversion: 1\n", "\nversion: 3\n")
    make.ok(people.administrator.post("/v1/frameworks", json={"yaml": text}))
    found = make.ok(people.administrator.get("/v1/frameworks/3/differences?since=1"))
    assert found == {"before": 1, "after": 3, "items": []}
    assert people.officer.get("/v1/frameworks/9/differences?since=1").status_code == 404
    assert people.officer.get("/v1/frameworks/1/differences?since=9").status_code == 404


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("from: 88", "from: 90", ("band excellent", "changed", "from", "88", "90")),
        ("self_assessment_days: 28", "self_assessment_days: 35",
         ("policy", "changed", "self_assessment_days", "28", "35")),
        ("excellent: 4,", "excellent: 5,", ("points", "changed", "excellent", "4", "5")),
        ("name: Consent", "name: Asking first", ("standard 1.2", "changed", "name", "Consent", "Asking first")),
    ],
)  # fmt: skip
def test_a_difference_names_the_part_the_field_and_both_values(old: str, new: str, expected: tuple[str, ...]) -> None:
    assert old in TEXT
    [found] = differences(shipped(), read(TEXT.replace(old, new, 1)))
    assert (found.part, found.change, found.field, found.before, found.after) == expected


def changed(framework: Framework, **about: Any) -> Framework:
    return Framework.model_validate(framework.model_dump(mode="json", by_alias=True) | about)


def test_what_was_added_removed_and_weighed_otherwise_is_told_apart() -> None:
    before = make.framework([[make.standard("1.1"), make.standard("1.2")]])
    heavy = make.standard("1.1")
    heavy["questions"][1] |= {"weight": "2.5", "critical": True}
    after = make.framework([[heavy, make.standard("1.3")]])
    found = [(each.part, str(each.change), each.field, each.after) for each in differences(before, after)]
    assert ("question 1.1.2", "changed", "weight", "2.5") in found
    assert ("question 1.1.2", "changed", "critical", "yes") in found
    assert ("domain 1", "changed", "standards", "1.1, 1.3") in found
    assert ("standard 1.2", "removed", None, None) in found
    assert ("question 1.2.1", "removed", None, None) in found
    assert ("standard 1.3", "added", None, None) in found
    assert ("question 1.3.3", "added", None, None) in found
    assert len(found) == 2 + 1 + 4 + 4


def test_the_same_framework_differs_in_nothing() -> None:
    assert differences(shipped(), changed(shipped(), version=7)) == []
