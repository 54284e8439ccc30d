"""Reads a framework from YAML and names the line of every mistake. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from pydantic import ValidationError

from assay_contracts.directory.records import CareServiceType

from .framework import Framework, LimiterKind, StandardInDomainLimiter

Path = tuple[str | int, ...]
SHIPPED = "framework-1.yaml"
DEEPEST = 30
"""How many mappings and lists may stand in one another; a framework needs ten."""
# What PyYAML's reading of single words raises, beside its own errors.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where PyYAML was built with it


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with a framework file; `line` counts from 1."""

    line: int
    path: str
    why: str

    def __str__(self) -> str:
        where = f" ({self.path})" if self.path else ""
        return f"line {self.line}{where}: {self.why}"


class FrameworkInvalid(ValueError):
    """A framework file that cannot be used, with every mistake found in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(mistakes, key=lambda mistake: mistake.line)
        super().__init__("; ".join(str(mistake) for mistake in self.mistakes))


@cache
def shipped() -> Framework:
    """The framework that comes with the product."""
    file = resources.files("assessment.frameworks") / "content" / SHIPPED
    return read(file.read_text(encoding="utf-8"))


def read(text: str) -> Framework:
    """The framework written in `text` (YAML), or FrameworkInvalid with every mistake and its line."""
    node = _parse(text)
    if strange := list(_strange_keys(node)):
        raise FrameworkInvalid(strange)
    lines = dict(_lines(node, ()))
    if repeated := list(_repeated_keys(node)):
        raise FrameworkInvalid(repeated)
    try:
        framework = Framework.model_validate(_value(node))
    except ValidationError as error:
        raise FrameworkInvalid(_of_schema(error, lines)) from error
    if mistakes := [Mistake(_line(lines, path), _shown(path), why) for path, why in _inconsistent(framework)]:
        raise FrameworkInvalid(mistakes)
    return framework


def _parse(text: str) -> yaml.Node:
    try:
        _must_be_plain(yaml.parse(text, _Loader))
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        last = text.count("\n") + 1
        raise FrameworkInvalid([_not_yaml(error, last)]) from error
    except yaml.YAMLError as error:
        raise FrameworkInvalid([Mistake(1, "", f"not YAML: {error}")]) from error
    if not isinstance(node, yaml.MappingNode):
        raise FrameworkInvalid([Mistake(1, "", "a framework is a mapping that begins with its name")])
    return node


def _must_be_plain(events: Iterable[yaml.Event]) -> None:
    """Neither aliases (one of aliases grows without bound when it is read) nor nesting without end."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise FrameworkInvalid([Mistake(_line_of(event.start_mark), "", "write it out; aliases are not read")])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise FrameworkInvalid([Mistake(_line_of(event.start_mark), "", "nested too deeply")])


def _not_yaml(error: yaml.MarkedYAMLError, last: int) -> Mistake:
    line = min(_line_of(error.problem_mark or error.context_mark), last)
    return Mistake(line, "", f"not YAML: {error.problem or error.context}")


def _value(node: yaml.Node) -> Any:
    """What is written there; neither tags of another language nor days that no calendar has."""
    try:
        return yaml.SafeLoader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise FrameworkInvalid([_not_yaml(error, node.end_mark.line + 1)]) from error
    except _UNREADABLE as error:
        raise FrameworkInvalid(_unreadable(node)) from error


def _unreadable(node: yaml.Node) -> Iterator[Mistake]:
    """Every word that is not what it is taken for, such as the 32nd of a month or a number that is none."""
    for part in _parts(node):
        if isinstance(part, yaml.ScalarNode):
            try:
                yaml.SafeLoader("").construct_document(part)
            except _UNREADABLE:
                kind = part.tag.rpartition(":")[2]
                yield Mistake(_line_of(part.start_mark), "", f"not YAML: {part.value[:50]!r} cannot be read as {kind}")


def _strange_keys(node: yaml.Node) -> Iterator[Mistake]:
    """Keys that are lists or mappings: a framework names its parts with words."""
    for part in _parts(node):
        if isinstance(part, yaml.MappingNode):
            for key, _ in part.value:
                if not isinstance(key, yaml.ScalarNode):
                    yield Mistake(_line_of(key.start_mark), "", "a key is a word")


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    """The node and everything in it, in the order of the file."""
    yield node
    if isinstance(node, yaml.CollectionNode):
        for entry in node.value:
            for part in entry if isinstance(entry, tuple) else (entry,):
                yield from _parts(part)


def _line_of(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index))


def _repeated_keys(node: yaml.Node) -> Iterator[Mistake]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield Mistake(key.start_mark.line + 1, str(key.value), "written twice")
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value)


def _line(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing above it that the file has."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _shown(path: Path) -> str:
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in path)


def _of_schema(error: ValidationError, lines: dict[Path, int]) -> Iterator[Mistake]:
    kinds = {kind.value for kind in LimiterKind}
    for each in error.errors(include_input=False, include_url=False):
        # pydantic puts the chosen kind of a limiter into the path; the file has no such step
        path: Path = tuple(part for part in each["loc"] if part not in kinds)
        yield Mistake(_line(lines, path), _shown(path), each["msg"])


def _inconsistent(framework: Framework) -> Iterator[tuple[Path, str]]:
    yield from _repeated_codes(framework)
    yield from _points(framework)
    yield from _bands(framework)
    yield from _limiters(framework)
    yield from _applicability(framework)


def _coded(framework: Framework) -> Iterator[tuple[Path, Any]]:
    for d, domain in enumerate(framework.domains):
        yield ("domains", d), domain
        for s, standard in enumerate(domain.standards):
            yield ("domains", d, "standards", s), standard
            for q, question in enumerate(standard.questions):
                yield ("domains", d, "standards", s, "questions", q), question


def _repeated_codes(framework: Framework) -> Iterator[tuple[Path, str]]:
    parts = list(_coded(framework))
    count = Counter(part.code for _, part in parts)
    for path, part in parts:
        if count[part.code] > 1:
            yield (*path, "code"), f"the code {part.code} is used more than once"
    codes = Counter(limiter.code for limiter in framework.limiters)
    for index, limiter in enumerate(framework.limiters):
        if codes[limiter.code] > 1:
            yield ("limiters", index, "code"), f"the code {limiter.code} is used more than once"


def _points(framework: Framework) -> Iterator[tuple[Path, str]]:
    points = framework.points
    if not points.excellent > points.good > points.requires_improvement > points.poor:
        yield ("points",), "points fall from excellent to poor"


def _bands(framework: Framework) -> Iterator[tuple[Path, str]]:
    bands = framework.bands
    for index in range(1, len(bands)):
        better, worse = bands[index - 1], bands[index]
        if worse.starts >= better.starts:
            yield ("bands", index, "from"), "bands go from the best down; this one starts no lower than the last"
        if framework.points.of(worse.rating) >= framework.points.of(better.rating):
            yield ("bands", index, "rating"), "bands go from the best rating down"
    if bands[-1].starts != 0:
        yield ("bands", len(bands) - 1, "from"), "the last band starts at 0"


def _limiters(framework: Framework) -> Iterator[tuple[Path, str]]:
    domains = {domain.code for domain in framework.domains}
    for index, limiter in enumerate(framework.limiters):
        if isinstance(limiter, StandardInDomainLimiter) and limiter.domain not in domains:
            yield ("limiters", index, "domain"), f"there is no domain {limiter.domain}"


def _applicability(framework: Framework) -> Iterator[tuple[Path, str]]:
    names = {kind.value for kind in CareServiceType} | set(framework.service_groups)
    for path, part in _coded(framework):
        for index, name in enumerate(getattr(part, "applies_to", ())):
            if name not in names:
                yield (*path, "applies_to", index), f"{name} is neither a service type nor a group of them"
