"""Every member declares what it imports: in one environment it could lean on another member's dependencies unseen."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
MEMBERS = sorted(path.parent for path in ROOT.glob("*/pyproject.toml")) + sorted(
    path.parent for path in ROOT.glob("*/*/pyproject.toml") if ".venv" not in path.parts
)
# Modules that a declared distribution brings along as part of what it is.
BROUGHT_ALONG = {
    "starlette": {"fastapi"},
    "pydantic": {"fastapi", "sqlmodel"},
    "pydantic_core": {"fastapi", "pydantic"},
    "sqlalchemy": {"sqlmodel"},
    "cryptography": {"python-jose"},
}


def project(member: Path) -> dict[str, object]:
    with (member / "pyproject.toml").open("rb") as file:
        said: dict[str, object] = tomllib.load(file)["project"]
    return said


def package(member: Path) -> Path:
    (found,) = (path.parent for path in member.glob("*/__init__.py") if path.parent.name != "tests")
    return found


def dependencies(member: Path) -> list[str]:
    lines = project(member)["dependencies"]
    assert isinstance(lines, list)
    return lines


def declared(member: Path) -> set[str]:
    optional = project(member).get("optional-dependencies", {})
    assert isinstance(optional, dict)
    lines = [*dependencies(member), *(line for lines in optional.values() for line in lines)]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported(member: Path) -> Iterator[tuple[str, Path]]:
    for path in package(member).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    yield from ((name.name.partition(".")[0], path) for name in names)
                case ast.ImportFrom(module=str(module), level=0):
                    yield module.partition(".")[0], path


DISTRIBUTIONS = {
    **{module: {canonicalize_name(name) for name in names} for module, names in packages_distributions().items()},
    **{package(member).name: {canonicalize_name(str(project(member)["name"]))} for member in MEMBERS},
}


def test_all_members_are_looked_at() -> None:
    assert len(MEMBERS) >= 10


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_a_member_declares_what_it_imports(member: Path) -> None:
    own = package(member).name
    known = declared(member)
    missing = {
        f"{module} (in {path.relative_to(ROOT)})"
        for module, path in imported(member)
        if module != own
        and module not in sys.stdlib_module_names
        and not DISTRIBUTIONS.get(module, set()) & known
        and not BROUGHT_ALONG.get(module, set()) & known
    }

    assert missing == set()


def pins(path: Path) -> set[str]:
    return {line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if "==" in line.split(" ")[0]}


def test_the_image_installs_what_members_declare_in_the_locked_versions() -> None:
    image, everything = pins(ROOT / "infra" / "requirements-run.txt"), pins(ROOT / "requirements.txt")
    wanted = {canonicalize_name(Requirement(line).name) for member in MEMBERS for line in dependencies(member)}
    assert len(image) > 30

    assert image - everything == set()
    assert {name for name in wanted if not name.startswith("assay-")} - {
        pin.partition("==")[0] for pin in image
    } == set()
