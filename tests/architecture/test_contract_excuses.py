"""A status that the contract tests need not see is seen by the very test that its excuse names."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = {
    "dps": ROOT / "services/dps-admission/tests",
    "directory": ROOT / "services/directory/tests",
    "assessment": ROOT / "services/assessment/tests",
    "risk": ROOT / "services/risk/tests",
}
_NAMES_A_TEST = re.compile(r"(test_\w+): (.+)")


def excuses() -> list[tuple[str, str, str]]:
    """(service, file, words) of each excuse that names a test."""
    found = []
    for service in SERVICES:
        tree = ast.parse((ROOT / f"tests/contract/test_{service}_contract.py").read_text(encoding="utf-8"))
        constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        named = (_NAMES_A_TEST.fullmatch(each) for each in constants if isinstance(each, str))
        found += [(service, each[1], each[2]) for each in named if each]
    return found


def test_some_excuses_name_a_test() -> None:
    assert excuses()


@pytest.mark.parametrize(("service", "file", "words"), excuses())
def test_an_excuse_names_a_test_that_is_there(service: str, file: str, words: str) -> None:
    source = (SERVICES[service] / f"{file}.py").read_text(encoding="utf-8")
    name = "test_" + re.sub(r"\W+", "_", words.lower()).strip("_")
    assert re.search(rf"^def {name}", source, re.MULTILINE), f"{file} has no {name}"
