"""`assay openapi`: what the code says about itself, written out: docs/api, docs/states, pages made from data, the
gateway's role table."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console
from sqlalchemy import create_engine

from assay.members import SERVICES, load_service, package_of
from assay_kit.keys import GivenKeys
from assay_kit.service import create_service
from assay_kit.settings import Settings
from assay_kit.steps import Life
from gateway.role_table import METHODS, TABLE, table_from

ROOT = Path(__file__).parents[3]
INSIDE = ("/health", "/ready", "/metrics")
"""What every service answers inside the house. None of it passes the gateway."""


def run(check: bool) -> int:
    """Write every generated file, or with `check` only compare; 1 where one is out of date."""
    console = Console(highlight=False)
    if not (ROOT / "docs").is_dir():
        console.print("[bold red]Nothing was written.[/] These files belong to a checkout of Assay; here is none.")
        return 1
    if unnamed := [line for name in SERVICES for line in silent(name)]:
        console.print("[red]These name no right and are not in public_operations.txt:[/]", *unnamed, sep="\n")
        return 1
    stale = {path: text for path, text in generated().items() if not _is(path, text)}
    if check:
        for path in stale:
            console.print(f"[red]out of date[/] {path.relative_to(ROOT)} (run `make openapi`)")
        return 1 if stale else 0
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        console.print(f"wrote {path.relative_to(ROOT)}")
    console.print(f"{len(stale)} files written; the others were up to date.")
    return 0


def generated() -> dict[Path, str]:
    """Every generated file with the text that it should hold."""
    documents = {name: document(name) for name in SERVICES}
    files = {ROOT / "docs" / "api" / f"{name}.json": _json(said) for name, said in documents.items()}
    files |= {ROOT / "docs" / "states" / f"{name}.md": states(name) for name in SERVICES if lives(name)}
    files |= {ROOT / "docs" / file: text for name in SERVICES for file, text in pages(name).items()}
    files[TABLE] = _json(table_from(documents), indent=1)
    return files


def document(name: str) -> dict[str, Any]:
    """A service's OpenAPI document. Nothing is connected to: neither a database nor the directory."""
    settings = Settings()
    keys = GivenKeys({}, issuer=settings.issuer, audience=settings.audience)
    app = create_service(load_service(name), settings, keys=keys, engine=create_engine("postgresql+psycopg://"))
    said: dict[str, Any] = app.openapi()
    return said


def silent(name: str) -> list[str]:
    """Operations of a service that name no right and are not public by name either."""
    return [
        f"{name} {method} {path}"
        for method, path, operation in operations(document(name))
        if path not in INSIDE and "x-roles" not in operation and (name, method, path) not in public_operations()
    ]


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation of a document: method, path and what is said of it."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method.upper() in METHODS:
                yield method.upper(), path, operation


@cache
def public_operations() -> frozenset[tuple[str, str, str]]:
    """Service, method and path of every operation that anybody may call."""
    lines = Path(__file__).with_name("public_operations.txt").read_text(encoding="utf-8").splitlines()
    named = [line.split() for line in lines if line and not line.startswith("#")]
    return frozenset((service, method, path) for service, method, path in named)


def lives(name: str) -> list[Life[Any, Any]]:
    """Every step table of a service, by name."""
    found = {
        life.name: life
        for module in modules_of(package_of(name))
        for life in vars(module).values()
        if isinstance(life, Life)
    }
    return [found[key] for key in sorted(found)]


def pages(name: str) -> dict[str, str]:
    """The pages of docs/ that a service makes from its own data: file name to text."""
    found: dict[str, str] = {}
    for module in modules_of(package_of(name)):
        found |= vars(module).get("DOCS_PAGES", {})
    return found


def modules_of(package: str) -> Iterator[ModuleType]:
    """Every module of a package but its migrations."""
    top = importlib.import_module(package)
    yield top
    for found in pkgutil.walk_packages(top.__path__, f"{package}."):
        if ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def states(name: str) -> str:
    """The lives of a service's things, as drawings and as tables."""
    title = load_service(name).title
    parts = [
        f"# {title}: states and steps",
        "Written by `make openapi` from the step tables in the code. A step that is not drawn here is answered 409.",
        *(_life(life) for life in lives(name)),
    ]
    return "\n\n".join(parts) + "\n"


def _life(life: Life[Any, Any]) -> str:
    rows = [f"| {at} | {step} | {to} |" for (at, step), to in life.steps.items()]
    table = "\n".join(["| from | step | to |", "|---|---|---|", *rows])
    return f"## {life.name.capitalize()}\n\n```mermaid\n{life.mermaid()}\n```\n\n{table}"


def _json(said: Mapping[str, Any], indent: int = 2) -> str:
    return json.dumps(said, indent=indent, sort_keys=True, ensure_ascii=False) + "\n"


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
