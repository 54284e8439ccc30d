"""Every letter that a service asks for is there, and is given the words that it needs."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from assay.members import SERVICES

_ROOT = Path(__file__).parents[2]
_TEMPLATES = _ROOT / "services/directory/directory/messages/templates"
_GIVEN = {"name", "care_service"}  # the directory knows these itself


@cache
def trees(service: str) -> tuple[ast.Module, ...]:
    package = _ROOT / "services" / service / service.replace("-", "_")
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in sorted(package.rglob("*.py")))


def nodes(service: str) -> Iterator[ast.AST]:
    for tree in trees(service):
        yield from ast.walk(tree)


def takers(service: str) -> dict[str, int]:
    """Functions of a service that are given the name of a letter, and at which place."""
    found = {}
    for node in nodes(service):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args]
            if "template" in names:
                found[node.name] = names.index("template")
    return found


def texts(node: ast.expr, named: dict[str, ast.expr]) -> Iterator[str]:
    """What an argument may be: a text, one of two texts, or a name that is given one of those."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from texts(node.body, named)
        yield from texts(node.orelse, named)
    if isinstance(node, ast.Name) and node.id in named:
        yield from texts(named.pop(node.id), named)


@cache
def requested(service: str) -> frozenset[str]:
    places = takers(service)
    named = {
        target.id: node.value
        for node in nodes(service)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for node in nodes(service):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [each.value for each in node.keywords if each.arg == "template"]
        if called in places and len(node.args) > places[called]:
            given.append(node.args[places[called]])
        for argument in given:
            found.update(texts(argument, dict(named)))
    return frozenset(found)


def words_of(service: str) -> set[str]:
    """Every word that a service could give a letter: its texts and the names of its arguments."""
    constants = {
        node.value for node in nodes(service) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return constants | {node.arg for node in nodes(service) if isinstance(node, ast.keyword) and node.arg}


def templates() -> set[str]:
    return {path.stem for path in _TEMPLATES.glob("*.txt")}


@pytest.mark.parametrize("service", SERVICES)
def test_every_letter_that_a_service_asks_for_is_there(service: str) -> None:
    assert requested(service)
    assert requested(service) - templates() == set()


def test_every_letter_is_asked_for_by_somebody() -> None:
    assert templates() - {name for service in SERVICES for name in requested(service)} == set()


@pytest.mark.parametrize(("service", "letter"), [(each, name) for each in SERVICES for name in sorted(requested(each))])
def test_whoever_asks_for_a_letter_has_the_words_for_it(service: str, letter: str) -> None:
    text = (_TEMPLATES / f"{letter}.txt").read_text(encoding="utf-8")
    environment = Environment(autoescape=True)
    environment.filters["day"] = str
    assert meta.find_undeclared_variables(environment.parse(text)) - _GIVEN - words_of(service) == set()
